import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { removeDirectory, scratchDirectory } from './scratch-directory';

export type GitRequest = Readonly<{ path: string; authorization?: string | undefined; status: number }>;

/** The files of each branch; the first branch is the default one. */
type Branches = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** A server of git repositories over HTTP, as GitHub is one. Requests without its token are refused. */
export class GitServer {
  readonly requests: GitRequest[] = [];
  readonly #directory = scratchDirectory();

  private constructor(
    private readonly server: Server,
    private readonly token: string,
  ) {
    server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(token: string): Promise<GitServer> {
    const server = createServer();
    const git = new GitServer(server, token);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return git;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Creates a repository with one commit a branch, and returns the commits by branch. */
  create(fullName: string, branches: Branches): Readonly<Record<string, string>> {
    const repository = join(this.#directory, fullName);
    mkdirSync(repository, { recursive: true });
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-C', repository, '-c', 'user.name=a', '-c', 'user.email=a@b.invalid', ...args]).toString();
    const [first = 'main', ...others] = Object.keys(branches);
    git('init', '--quiet', `--initial-branch=${first}`);
    const commit = (branch: string) => {
      for (const [name, text] of Object.entries(branches[branch] ?? {})) writeFileSync(join(repository, name), text);
      git('add', '.');
      git('commit', '--quiet', '--allow-empty', `--message=${branch}`);
      return [branch, git('rev-parse', 'HEAD').trim()] as const;
    };
    const commits = [commit(first)];
    for (const branch of others) {
      git('checkout', '--quiet', '-b', branch, first);
      commits.push(commit(branch));
    }
    git('checkout', '--quiet', first);
    return Object.fromEntries(commits);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
    removeDirectory(this.#directory);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(request.url ?? '/', this.url);
    const { authorization } = request.headers;
    const expected = `Basic ${Buffer.from(`x-access-token:${this.token}`).toString('base64')}`;
    const { status, headers, body } =
      authorization === expected
        ? await this.#answer(request, path, searchParams.toString())
        : { status: 401, headers: { 'www-authenticate': 'Basic realm="git"' }, body: Buffer.of() };
    this.requests.push({ path, authorization, status });
    response.writeHead(status, headers).end(body);
  }

  async #answer(request: IncomingMessage, path: string, query: string): Promise<Answer> {
    const { 'content-type': type = '', 'content-encoding': encoding = '', 'git-protocol': protocol } = request.headers;
    const backend = spawn('git', ['http-backend'], {
      env: {
        PATH: process.env['PATH'],
        HOME: this.#directory,
        GIT_PROJECT_ROOT: this.#directory,
        GIT_HTTP_EXPORT_ALL: '1',
        REQUEST_METHOD: request.method,
        PATH_INFO: path,
        QUERY_STRING: query,
        CONTENT_TYPE: type,
        HTTP_CONTENT_ENCODING: encoding,
        GIT_PROTOCOL: typeof protocol === 'string' ? protocol : '',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    request.pipe(backend.stdin);
    return answerIn(await buffer(backend.stdout));
  }
}

type Answer = Readonly<{ status: number; headers: Readonly<Record<string, string>>; body: Buffer }>;

/** What a CGI program prints: headers, an empty line, the body. */
function answerIn(output: Buffer): Answer {
  const end = output.indexOf('\r\n\r\n');
  const headers = Object.fromEntries(
    output
      .subarray(0, end)
      .toString()
      .split('\r\n')
      .map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]),
  );
  const { status = '200', ...others } = headers;
  return { status: Number.parseInt(status, 10), headers: others, body: output.subarray(end + 4) };
}
