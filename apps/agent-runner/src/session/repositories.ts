import { DomainError } from '@syntropic/kernel';
import { githubRepository, isOnDisk } from '@syntropic/orchestration/contracts';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { withParentDeathSignal, marker, signalProcess } from '../workspaces';

const REF = /^[A-Za-z0-9_][A-Za-z0-9_./@+-]*$/;

export interface Repository {
  readonly url: string;
  /** A branch, a tag or a commit; the repository's default branch if absent. */
  readonly ref?: string | undefined;
}

export interface CloneRules {
  /** Repositories of this machine, `file://…`, are for demonstrations and tests. */
  readonly allowFiles: boolean;
  /** Given to GitHub for the time of the clone, and never written down. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The workspace it is for: whoever ends what that left running after a crash ends its git too. */
  readonly workspaceId?: string | undefined;
  /** How many milliseconds a clone may take. */
  readonly withinMs?: number | undefined;
}

/** The clone's directory below `repos`: `<owner>__<name>`, so that two owners may use one name. */
export function directoryOf(url: string, allowFiles: boolean): string {
  const github = githubRepository(url);
  if (github) return `${github.owner}__${github.name}`;
  if (allowFiles && isOnDisk(url)) return `local__${basename(fileURLToPath(url), '.git')}`;
  throw new DomainError(
    'repository.url_invalid',
    `${withoutCredentials(url)} is not https://github.com/<owner>/<name>`,
    'invalid',
    'repos',
  );
}

/** How long one repository may take to arrive: a server that hangs must not hold a slot for ever. */
const CLONE_MS = 10 * 60_000;

/** Clones a repository into `parent`, on the host and before there is an agent: the workspace has no network. */
export async function cloneRepository({ url, ref }: Repository, parent: string, rules: CloneRules): Promise<string> {
  const target = join(parent, directoryOf(url, rules.allowFiles));
  if (ref !== undefined && !isRef(ref)) {
    throw new DomainError(
      'repository.ref_invalid',
      `${JSON.stringify(ref)} is not a branch, tag or commit`,
      'invalid',
      'repository_ref',
    );
  }
  const { signal: unwanted, withinMs = CLONE_MS } = rules;
  const tooLong = AbortSignal.timeout(withinMs);
  const signal = unwanted ? AbortSignal.any([tooLong, unwanted]) : tooLong;
  const settings = await mkdtemp(join(tmpdir(), 'syntropic-git-'));
  try {
    const git = gitIn(settings, { ...rules, signal });
    // What another account owns is refused by git unless the settings allow it, and only a settings file may.
    await writeFile(join(settings, 'config'), '[safe]\n\tdirectory = *\n');
    await git(['clone', '--quiet', '--no-checkout', '--template=', '--', url, target]);
    await git(['-C', target, 'checkout', '--quiet', ...(ref === undefined ? [] : [ref]), '--']);
    return target;
  } catch (error) {
    if (!tooLong.aborted || unwanted?.aborted) throw error;
    const why = `${withoutCredentials(url)} did not arrive within ${withinMs / 1_000} s`;
    throw new DomainError('repository.clone_failed', why, 'conflict', 'repos');
  } finally {
    await rm(settings, { recursive: true });
  }
}

function isRef(ref: string): boolean {
  return REF.test(ref) && !ref.includes('..') && !ref.includes('@{');
}

/** Git as it is before anybody configured it: no hooks, no helpers, no questions, no protocol but the one that is meant. */
function gitIn(settings: string, { allowFiles, token, signal, workspaceId }: CloneRules) {
  const configuration: [string, string][] = [
    ['protocol.allow', 'never'],
    ['protocol.https.allow', 'always'],
    ['protocol.file.allow', allowFiles ? 'always' : 'never'],
    ['core.hooksPath', '/dev/null'],
    ['credential.helper', ''],
    ['http.followRedirects', 'false'],
  ];
  if (token !== undefined) {
    const basic = Buffer.from(`x-access-token:${token}`).toString('base64');
    configuration.push(['http.https://github.com/.extraHeader', `Authorization: Basic ${basic}`]);
  }
  const env = {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    HOME: settings,
    GIT_CONFIG_GLOBAL: join(settings, 'config'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    ...(workspaceId !== undefined && marker(workspaceId)),
    // By the environment a secret is seen neither in the list of processes nor in the clone.
    GIT_CONFIG_COUNT: String(configuration.length),
    ...Object.fromEntries(
      configuration.flatMap(([key, value], n) => [
        [`GIT_CONFIG_KEY_${n}`, key],
        [`GIT_CONFIG_VALUE_${n}`, value],
      ]),
    ),
  };
  return async (args: readonly string[]): Promise<void> => {
    signal?.throwIfAborted();
    const [program, ...words] = withParentDeathSignal(['git', ...args]);
    const child = spawn(program, words, { env, stdio: ['ignore', 'ignore', 'pipe'], detached: true });
    // Git's own children may hang where git itself would not.
    const stop = () => {
      if (child.pid !== undefined) signalProcess(-child.pid, 'SIGKILL');
    };
    signal?.addEventListener('abort', stop);
    const code = new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', resolve);
    });
    const [ended, complaint] = await Promise.all([code, text(child.stderr)]).finally(() =>
      signal?.removeEventListener('abort', stop),
    );
    signal?.throwIfAborted();
    if (ended === 0) return;
    throw new DomainError(
      'repository.clone_failed',
      withoutCredentials(complaint.trim()) || 'git failed',
      'conflict',
      'repos',
    );
  };
}

const withoutCredentials = (message: string) => message.replace(/(https?:\/\/)[^/\s@]*@/g, '$1');
