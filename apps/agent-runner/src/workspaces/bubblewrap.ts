import { DomainError } from '@syntropic/kernel';
import { execFile } from 'node:child_process';
import { lstat, readlink } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { hiddenPlaces } from './hidden-places';
import { INSIDE, ownEtc, type Bind } from './inside';

const run = promisify(execFile);

const AGENT_ID = 1000;

/** The entries of /etc that programs need for dynamic linking, name resolution and TLS; none about the machine's users. */
const ETC = [
  'ld.so.cache',
  'ld.so.conf',
  'ld.so.conf.d',
  'ssl',
  'pki',
  'ca-certificates',
  'alternatives',
  'localtime',
  'mime.types',
  'protocols',
  'services',
];

/** The files of /etc that a sandbox has of its own. */
const OWN_ETC: readonly (readonly [name: string, content: string])[] = Object.entries({
  ...ownEtc({ uid: AGENT_ID, gid: AGENT_ID }),
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
});

/** The contents that bubblewrap reads from descriptors, in the order of `isolation`'s first descriptor for them; all end with a line break. */
export const etcContents: readonly string[] = OWN_ETC.map(([, content]) => content);

/** The parts of the machine that bubblewrap shows. */
export interface SystemView {
  /** The arguments for the machine's programs. */
  readonly system: readonly string[];
  /** The arguments that cover parts of it. */
  readonly hidden: readonly string[];
  readonly supported: ReadonlySet<string>;
}

export interface Isolated {
  readonly binds: readonly Bind[];
  readonly environment: Readonly<Record<string, string>>;
  readonly etcFrom: number;
}

/** The view is the same for every workspace of a runner. */
export async function systemView(): Promise<SystemView> {
  const [system, hidden, supported] = await Promise.all([systemArguments(), hiddenPlaces(), supportedOptions()]);
  return { system, hidden, supported };
}

/** The machine's programs, mounted read-only. Links of the machine (mostly /bin) are the same links inside. */
async function systemArguments(): Promise<string[]> {
  const links = await Promise.all(['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'].map(linkOrDirectory));
  return [
    '--ro-bind',
    '/usr',
    '/usr',
    ...links.flat(),
    ...ETC.flatMap((name) => ['--ro-bind-try', `/etc/${name}`, `/etc/${name}`]),
  ];
}

async function linkOrDirectory(name: string): Promise<string[]> {
  const path = `/${name}`;
  const entry = await lstat(path).catch(() => undefined);
  if (!entry) return [];
  return entry.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
}

/** The options that the installed bubblewrap supports: older versions lack `--disable-userns`. */
async function supportedOptions(): Promise<ReadonlySet<string>> {
  const { stdout, stderr } = await run('bwrap', ['--help']);
  return new Set(`${stdout}${stderr}`.match(/--[a-z0-9-]+/g));
}

/**
 * Bubblewrap's options for a workspace: own namespaces, no network, no Linux capabilities, nothing writable but the binds.
 * `etcFrom` is the descriptor of the first of `etcContents`; the others have the next numbers.
 */
export function isolation(
  { system, hidden, supported }: SystemView,
  { binds, environment, etcFrom }: Isolated,
): string[] {
  const options = [
    ['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session'],
    supported.has('--disable-userns') ? ['--disable-userns'] : [],
    ['--uid', String(AGENT_ID), '--gid', String(AGENT_ID), '--hostname', 'workspace', '--cap-drop', 'ALL'],
    system,
    ['--proc', '/proc', '--dev', '/dev'],
    hidden,
    OWN_ETC.flatMap(([name], n) => ['--file', String(etcFrom + n), `/etc/${name}`]),
    ['--remount-ro', '/dev', '--symlink', INSIDE.temporary, '/var/tmp'],
    binds.flatMap(({ source, target, writable }) => [writable ? '--bind' : '--ro-bind', source, target]),
    ['--remount-ro', '/', '--chdir', INSIDE.workspace, '--clearenv'],
    Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ].flat();
  // Options are separated by NUL bytes: a value with a NUL byte could add an option.
  if (options.some((option) => option.includes('\0'))) {
    throw new DomainError('workspace.environment_invalid', 'an environment variable contains a NUL byte', 'invalid');
  }
  return options;
}

/** The first process inside leads the agent's process group. As pid 1 it ignores signals that it does not handle. */
export async function agentGroupIn(info: Readable): Promise<number | undefined> {
  const reported = /"child-pid": (\d+)/.exec(await text(info).catch(() => ''));
  return reported ? Number(reported[1]) : undefined;
}
