import { realpath } from 'node:fs/promises';

/** Directories of the shown system that hold the machine's own configuration, sources or keys. */
const DIRECTORIES = [
  '/usr/etc',
  '/usr/local/etc',
  '/usr/local/share/.config',
  '/usr/local/src',
  '/usr/src',
  '/etc/pki/tls/private',
  '/etc/ssl/private',
];

/** Files of package managers in which registries' tokens are kept. */
const FILES = [
  '/usr/lib/node_modules/npm/npmrc',
  '/usr/local/cargo/config.toml',
  '/usr/local/cargo/credentials.toml',
  '/usr/local/lib/node_modules/npm/npmrc',
  '/usr/local/pip.conf',
  '/usr/pip.conf',
  '/usr/share/maven/conf/settings.xml',
  '/usr/share/nodejs/npm/npmrc',
];

const SHOWN = ['/usr', '/etc/pki', '/etc/ssl', '/proc'];

/** Names of keys that the runner's session, or the machine, has in the kernel. */
const KEYS = ['/proc/key-users', '/proc/keys'];

/** Bubblewrap's arguments that put empty, read-only places over those that exist on the machine. */
export async function hiddenPlaces(): Promise<string[]> {
  const [directories, files] = await Promise.all([shown(DIRECTORIES), shown([...FILES, ...KEYS])]);
  return [
    ...directories.flatMap((path) => ['--tmpfs', path, '--remount-ro', path]),
    ...files.flatMap((path) => ['--ro-bind', '/dev/null', path]),
  ];
}

/** The real paths of those that exist. A link to a place that is not shown leads nowhere inside. */
async function shown(paths: readonly string[]): Promise<string[]> {
  const real = await Promise.all(paths.map((path) => realpath(path).catch(() => '')));
  return [...new Set(real)].filter((path) => SHOWN.some((root) => path.startsWith(`${root}/`)));
}
