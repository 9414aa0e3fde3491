import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const isRoot = process.getuid?.() === 0;

/** A machine that has only a shell, node, and an apt-get that installs nats-server. */
describe('a machine without nats-server', () => {
  const bin = mkdtempSync(join(tmpdir(), 'syn-bin-'));
  symlinkSync('/bin/sh', join(bin, 'sh'));
  symlinkSync(process.execPath, join(bin, 'node'));

  beforeEach(() => {
    rmSync(join(bin, 'nats-server'), { force: true });
    program('apt-get', `[ "$1" = update ] || { : > ${bin}/nats-server; /bin/chmod +x ${bin}/nats-server; }`);
  });
  afterAll(() => {
    rmSync(bin, { recursive: true });
  });

  it('installs it with one command, printed in one line, where root may install', () => {
    const { status, stdout } = ensure('nats-server', { mayInstall: true });

    expect(stdout.trim().split('\n')).toHaveLength(1);
    expect(stdout).toContain('apt-get install -y nats-server');
    expect(status).toBe(isRoot ? 0 : 1);
    expect(ensure('nats-server', { mayInstall: false }).status).toBe(isRoot ? 0 : 1);
  });

  it('prints the command where installing is forbidden', () => {
    const { status, stdout } = ensure('nats-server', { mayInstall: false });

    expect(stdout).toContain(
      'missing: nats-server. Debian and Ubuntu install this with: apt-get install -y nats-server',
    );
    expect(status).toBe(1);
  });

  it('continues without an optional program', () => {
    const { status, stdout } = ensure('nats-server', { mayInstall: false, optional: ['nats-server'] });

    expect(stdout).toContain('missing: nats-server');
    expect(status).toBe(0);
  });

  function program(name: string, script: string): void {
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(bin, name), 0o755);
  }

  function ensure(wanted: string, settings: object) {
    const prepare = pathToFileURL(join(__dirname, 'prepare.mjs')).href;
    const script = `import(${JSON.stringify(prepare)}).then(({ ensurePrograms }) =>
      ensurePrograms([${JSON.stringify(wanted)}], ${JSON.stringify(settings)}))`;
    return spawnSync(process.execPath, ['-e', script], { env: { PATH: bin }, encoding: 'utf8' });
  }
});

describe('the packages of a lock file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'syn-locked-'));
  const modules = join(folder, 'node_modules');

  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('are not installed before npm has recorded any, also when all are optional', () => {
    record(folder, 'package-lock.json', { '': {}, 'node_modules/a': { version: '1.0.0', optional: true } });
    expect(areHeld()).toBe(false);

    mkdirSync(modules);
    record(modules, '.package-lock.json', {});
    expect(areHeld()).toBe(true);
    record(modules, '.package-lock.json', { 'node_modules/a': { version: '0.9.0' } });
    expect(areHeld()).toBe(false);
  });

  function record(directory: string, name: string, packages: object): void {
    writeFileSync(join(directory, name), JSON.stringify({ packages }));
  }

  function areHeld(): boolean {
    const prepare = pathToFileURL(join(__dirname, 'prepare.mjs')).href;
    const script = `import(${JSON.stringify(prepare)}).then(({ holdsWhatIsLocked }) =>
      console.log(holdsWhatIsLocked(${JSON.stringify(folder)})))`;
    return spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' }).stdout.trim() === 'true';
  }
});
