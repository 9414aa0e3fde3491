import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Directories in which an installation or an update of a program makes, renames or removes a file. */
const DIRECTORIES = [
  ...['/usr/bin', '/usr/sbin', '/usr/lib', '/usr/lib64', '/usr/libexec', '/usr/include', '/usr/share'],
  ...['/usr/local/bin', '/usr/local/sbin', '/usr/local/lib', '/usr/local/lib/node_modules', '/usr/lib/node_modules'],
  ...['/etc/ssl/certs', '/etc/alternatives', '/etc/pki'],
];

/** What package managers know to be installed, and where libraries are. */
const RECORDS = [
  ...['/var/lib/dpkg/status', '/var/lib/rpm/rpmdb.sqlite', '/lib/apk/db/installed', '/var/lib/pacman/local'],
  ...['/etc/ld.so.cache', '/etc/os-release'],
];

/** A name for the programs that this machine has, which changes with each package that is installed, updated or removed. */
export async function machinePrograms(): Promise<string> {
  const architectures = (await readdir('/usr/lib').catch(() => [])).filter((name) => name.includes('-linux-'));
  const places = [...DIRECTORIES, ...architectures.map((name) => join('/usr/lib', name)), ...RECORDS];
  const hash = createHash('sha256').update(`${process.arch} ${process.version}\n`);
  for (const place of places) hash.update(`${place} ${await changeOf(place)}\n`);
  return hash.update(await readFile('/etc/os-release').catch(() => '')).digest('hex');
}

async function changeOf(place: string): Promise<string> {
  const status = await stat(place, { bigint: true }).catch(() => undefined);
  return status ? `${status.ino} ${status.mtimeNs} ${status.ctimeNs}` : 'none';
}
