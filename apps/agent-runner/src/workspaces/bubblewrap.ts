import { DomainError } from '@syntropic/kernel';
import { execFile } from 'node:child_process';
import { lstat, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

const AGENT_ID = 1000;
const SHARED_MEMORY_BYTES = 64 * 1024 * 1024;

/** The agent's directories, as it sees them. */
export const INSIDE = { workspace: '/workspace', home: '/home/agent', temporary: '/tmp', files: '/run/host' };

/** What programs need of /etc to start, to resolve and to trust; nothing that tells about this machine's users. */
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

const ACCOUNTS = {
  passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:${AGENT_ID}:${AGENT_ID}:agent:${INSIDE.home}:/bin/sh\n`,
  group: `root:x:0:\nagent:x:${AGENT_ID}:\n`,
  hosts: '127.0.0.1 localhost\n::1 localhost\n',
  'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files dns\n',
};
export const etcFiles: Readonly<Record<string, string>> = ACCOUNTS;

export interface Bind {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** The machine's programs, shown read-only. What is a link on the machine (as /bin mostly is) is the same link inside. */
export async function systemArguments(): Promise<string[]> {
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
  const found = await lstat(path).catch(() => undefined);
  if (!found) return [];
  return found.isSymbolicLink() ? ['--symlink', await readlink(path), path] : ['--ro-bind', path, path];
}

/** The options that this machine's bubblewrap knows: `--disable-userns` and `--size` are younger than the rest. */
export async function knownOptions(): Promise<ReadonlySet<string>> {
  const { stdout, stderr } = await run('bwrap', ['--help']);
  return new Set(`${stdout}${stderr}`.match(/--[a-z0-9-]+/g));
}

/** Bubblewrap's options for a workspace: its own namespaces, no network, no capability, and only the binds to write to. */
export function isolation(
  system: readonly string[],
  known: ReadonlySet<string>,
  binds: readonly Bind[],
  environment: Readonly<Record<string, string>>,
): string[] {
  const options = [
    ['--unshare-all', '--unshare-user', '--die-with-parent', '--new-session'],
    known.has('--disable-userns') ? ['--disable-userns'] : [],
    ['--uid', String(AGENT_ID), '--gid', String(AGENT_ID), '--hostname', 'workspace', '--cap-drop', 'ALL'],
    system,
    ['--proc', '/proc', '--dev', '/dev'],
    known.has('--size') ? ['--size', String(SHARED_MEMORY_BYTES), '--tmpfs', '/dev/shm'] : [],
    ['--remount-ro', '/dev', '--symlink', INSIDE.temporary, '/var/tmp'],
    binds.flatMap(({ source, target, writable }) => [writable ? '--bind' : '--ro-bind', source, target]),
    ['--remount-ro', '/', '--chdir', INSIDE.workspace, '--clearenv'],
    Object.entries(environment).flatMap(([name, value]) => ['--setenv', name, value]),
  ].flat();
  // The options travel separated by NUL bytes: a value that holds one could add an option of its own.
  if (options.some((option) => option.includes('\0'))) {
    throw new DomainError('workspace.environment_invalid', 'an environment variable holds a NUL byte', 'invalid');
  }
  return options;
}
