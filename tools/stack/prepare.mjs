// What a fresh clone lacks. Plain JavaScript without dependencies, because there are none yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The programs the platform runs beside its own, by the Debian package that brings each. */
const PACKAGE_OF = { 'nats-server': 'nats-server', 'redis-server': 'redis-server', bwrap: 'bubblewrap' };

/** Runs a command of this repository in the foreground; it ends with this process, and a failure ends this process. */
export async function run(program, ...args) {
  const code = await codeOf(program, ...args);
  if (code !== 0) process.exit(code);
}

async function codeOf(program, ...args) {
  const child = spawn(program, args, { cwd: root, stdio: 'inherit' });
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (status, signal) => resolve(signal ? 1 : status));
  });
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return code;
}

/** Installs the packages when node_modules does not hold exactly what the lock file names. */
export async function ensurePackages() {
  if (holdsWhatIsLocked(root)) return;
  console.log('installing packages: npm ci');
  await run('npm', 'ci', '--no-audit', '--no-fund');
}

/** Installs the pinned program of an agent beside the stack: it is large, and only who asks for it downloads it. */
export async function ensureAgent(name) {
  const code = await installAgent(name);
  if (code !== 0) process.exit(code);
}

/** The same for specs, which are skipped by name where the program cannot be installed. */
export async function ensureAgentForSpecs(name) {
  const code = await installAgent(name);
  if (code !== 0) console.log(`the program of ${name} cannot be installed: its specs are skipped`);
}

async function installAgent(name) {
  const folder = join(root, 'tools/agents', name);
  if (holdsWhatIsLocked(folder)) return 0;
  console.log(`installing the program of ${name}: npm ci --prefix tools/agents/${name}`);
  return codeOf('npm', 'ci', '--prefix', folder, '--no-audit', '--no-fund');
}

/** Installs missing programs where that is a matter of one command; elsewhere names the command. */
export async function ensurePrograms(wanted, { mayInstall, optional = [] }) {
  const missing = wanted.filter((program) => !isInstalled(program));
  if (missing.length === 0) return;

  const command = `apt-get install -y ${missing.map((program) => PACKAGE_OF[program]).join(' ')}`;
  if (mayInstall && process.getuid?.() === 0 && isInstalled('apt-get')) {
    console.log(`installing ${missing.join(', ')}: ${command}`);
    await install(command);
    return;
  }
  console.log(`missing: ${missing.join(', ')}. Debian and Ubuntu install this with: ${command}`);
  if (missing.some((program) => !optional.includes(program))) process.exit(1);
}

/** Installs without starting: these packages would run servers of their own on the standard ports. */
async function install(command) {
  const starters = mkdtempSync(join(tmpdir(), 'syn-apt-'));
  for (const name of ['invoke-rc.d', 'deb-systemd-invoke']) symlinkSync('/bin/true', join(starters, name));
  const path = `-o DPkg::Path=${starters}:/usr/sbin:/usr/bin:/sbin:/bin`;
  await run(
    'sh',
    '-c',
    `export DEBIAN_FRONTEND=noninteractive; apt-get update -qq && ${command} -qq ${path} > /dev/null`,
  );
  rmSync(starters, { recursive: true });
}

/**
 * Optional packages are missing on other platforms; without any record nothing was installed.
 * @public
 */
export function holdsWhatIsLocked(folder) {
  const locked = packagesIn(join(folder, 'package-lock.json'));
  const record = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const installed = packagesIn(record);
  return Object.entries(locked).every(([path, { version, optional }]) => {
    if (path === '') return true;
    return installed[path] ? installed[path].version === version : optional === true;
  });
}

function packagesIn(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

function isInstalled(program) {
  return spawnSync('sh', ['-c', 'command -v "$0"', program], { stdio: 'ignore' }).status === 0;
}
