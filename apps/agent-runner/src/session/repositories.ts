import { DomainError } from '@syntropic/kernel';
import { isOnDisk, type GithubServer } from '@syntropic/orchestration/contracts';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Redactor } from '../setup/redactor';
import { marker, signalProcess, withParentDeathSignal } from '../workspaces';

const REF = /^[A-Za-z0-9_][A-Za-z0-9_./@+-]*$/;

export interface Repository {
  readonly url: string;
  /** A branch, a tag or a commit; the repository's default branch if absent. */
  readonly ref?: string | undefined;
  /** Sent to the GitHub server during the clone, and never written to disk. */
  readonly token?: string | undefined;
}

export interface CloneRules {
  /** The only server that is cloned from. */
  readonly github: GithubServer;
  /** Allows `file://` repositories of this machine, for demonstrations and tests. */
  readonly allowFiles: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Marks git's processes, so that a later runner ends them together with this workspace's orphans. */
  readonly workspaceId?: string | undefined;
  /** Time limit of one clone in milliseconds. */
  readonly withinMs?: number | undefined;
}

/** The clone's directory below `repos`: `<owner>__<name>`, because two owners may use the same name. */
export function directoryOf(url: string, { github, allowFiles }: Pick<CloneRules, 'github' | 'allowFiles'>): string {
  const repository = github.repositoryAt(url);
  if (repository) return `${repository.owner}__${repository.name}`;
  if (allowFiles && isOnDisk(url)) return `local__${basename(fileURLToPath(url), '.git')}`;
  throw new DomainError(
    'repository.url_invalid',
    `${withoutCredentials(url)} is not ${github.url}/<owner>/<name>`,
    'invalid',
    'repos',
  );
}

const STDERR_BYTES = 4_096;

/** Default time limit of one clone: a server that hangs must not occupy a slot for ever. */
const CLONE_MS = 10 * 60_000;

/** Clones a repository into `parent`, on the host and before the agent starts: the workspace has no network. */
export async function cloneRepository(
  { url, ref, token }: Repository,
  parent: string,
  rules: CloneRules,
): Promise<string> {
  const target = join(parent, directoryOf(url, rules));
  if (ref !== undefined && !isRef(ref)) {
    throw new DomainError(
      'repository.ref_invalid',
      `${JSON.stringify(ref)} is not a branch, tag or commit`,
      'invalid',
      'repository_ref',
    );
  }
  const { signal: cancelled, withinMs = CLONE_MS } = rules;
  const timeout = AbortSignal.timeout(withinMs);
  const signal = cancelled ? AbortSignal.any([timeout, cancelled]) : timeout;
  const settings = await mkdtemp(join(tmpdir(), 'syntropic-git-'));
  try {
    const environment = gitEnvironment(settings, rules, token);
    // Git refuses repositories of other accounts unless a settings file allows them.
    await writeFile(join(settings, 'config'), '[safe]\n\tdirectory = *\n');
    await git(['clone', '--quiet', '--no-checkout', '--template=', '--', url, target], environment, signal);
    await git(['-C', target, 'checkout', '--quiet', ...(ref === undefined ? [] : [ref]), '--'], environment, signal);
    return target;
  } catch (error) {
    if (error instanceof GitFailed)
      throw cloneFailed(withoutToken(withoutPaths(error.message, { target, settings }), token));
    if (!timeout.aborted || cancelled?.aborted) throw error;
    throw cloneFailed(`${withoutCredentials(url)} did not arrive within ${withinMs / 1_000} s`);
  } finally {
    await rm(settings, { recursive: true });
  }
}

function isRef(ref: string): boolean {
  return REF.test(ref) && !ref.includes('..') && !ref.includes('@{');
}

/** Settings that ignore the machine's git configuration: no hooks, no credential helpers, no prompts, only the allowed protocols. */
function gitEnvironment(
  settings: string,
  { github, allowFiles, workspaceId }: CloneRules,
  token: string | undefined,
): NodeJS.ProcessEnv {
  const configuration: [string, string][] = [
    ['protocol.allow', 'never'],
    [`protocol.${new URL(github.url).protocol.slice(0, -1)}.allow`, 'always'],
    ['protocol.file.allow', allowFiles ? 'always' : 'never'],
    ['core.hooksPath', '/dev/null'],
    ['credential.helper', ''],
    ['http.followRedirects', 'false'],
  ];
  if (token !== undefined) {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    configuration.push([`http.${github.url}/.extraHeader`, `Authorization: Basic ${basic}`]);
  }
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: settings,
    GIT_CONFIG_GLOBAL: join(settings, 'config'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    ...(workspaceId !== undefined && marker(workspaceId)),
    // Secrets in the environment appear neither in the process list nor in the clone.
    GIT_CONFIG_COUNT: String(configuration.length),
    ...Object.fromEntries(
      configuration.flatMap(([key, value], n) => [
        [`GIT_CONFIG_KEY_${n}`, key],
        [`GIT_CONFIG_VALUE_${n}`, value],
      ]),
    ),
  };
}

async function git(args: readonly string[], env: NodeJS.ProcessEnv, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const [program, ...rest] = withParentDeathSignal(['git', ...args]);
  const child = spawn(program, rest, { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
  // Kills the process group: git's helper processes may hang where git itself would not.
  const kill = () => {
    if (child.pid !== undefined) signalProcess(-child.pid, 'SIGKILL');
  };
  signal.addEventListener('abort', kill);
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const [code, stderr] = await Promise.all([exited, endOf(child.stderr)]).finally(() => {
    signal.removeEventListener('abort', kill);
  });
  signal.throwIfAborted();
  if (code !== 0) throw new GitFailed(withoutCredentials(stderr.trim()) || 'git failed');
}

class GitFailed extends Error {}

/** The last bytes of a stream: a server can make git print without end. */
async function endOf(stream: Readable): Promise<string> {
  let end = Buffer.alloc(0);
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    end = Buffer.concat([end, chunk]).subarray(-STDERR_BYTES);
  }
  return end.toString();
}

const withoutPaths = (message: string, { target, settings }: Readonly<{ target: string; settings: string }>) =>
  message.replaceAll(target, basename(target)).replaceAll(settings, '<settings>');

/** A server may show what it was sent. */
const withoutToken = (message: string, token: string | undefined) =>
  token === undefined ? message : new Redactor([{ name: 'token', value: token }]).text(message);

const cloneFailed = (message: string) => new DomainError('repository.clone_failed', message, 'conflict', 'repos');

const withoutCredentials = (message: string) => message.replace(/(https?:\/\/)[^/\s@]*@/g, '$1');
