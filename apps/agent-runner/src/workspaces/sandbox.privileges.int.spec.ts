import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { execFile, execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../test/workspace.fixture';
import { SandboxBackend } from './sandbox.backend';
import { JUDGED, REFUSED } from './seccomp/calls';

const COLUMN = process.arch === 'arm64' ? 1 : 0;
const [JOIN_SESSION, SEARCH, SESSION_KEYRING] = [1, 10, -3];
const NEW_USER = 0x1000_0000;
const [NOT_PERMITTED, NOT_IMPLEMENTED, FAMILY_NOT_SUPPORTED] = [1, 38, 97];

/** Perl belongs to the base of Debian, and has a function for raw system calls. */
const perl = (script: string) => ['perl', '-e', script];
const number = (name: string) => REFUSED[name]?.[COLUMN] ?? -1;

describeWithBubblewrap('a runner whose starter has left it a session keyring and descriptor 99', () => {
  const directory = useDirectory();
  const KEY = 'token-of-the-starter';

  /** The output of a program in the runner's workspace. */
  async function lookInside(kind: 'sandbox' | 'process', argv: readonly string[]): Promise<string> {
    const keyring = [
      `syscall(${number('keyctl')}, ${JOIN_SESSION}, 0);`,
      `my ($type, $name, $secret) = ("user", "${KEY}", "secret");`,
      `syscall(${number('add_key')}, $type, $name, $secret, 6, ${SESSION_KEYRING}) > 0 or die "no key: $!";`,
      'exec @ARGV or die "$!"',
    ].join('');
    const runner = [process.execPath, '-r', TYPESCRIPT_HOOK, join(__dirname, '../../test/look-from-inside.ts')];
    const starter = ['-c', 'exec 98</ 99</; exec "$@"', 'bash', ...perl(keyring), ...runner];
    const { stdout } = await promisify(execFile)('bash', [...starter, kind, directory.path, ...argv]);
    return stdout;
  }

  it.each(['sandbox', 'process'] as const)(
    'opens no descriptor for an agent of %s but the standard ones',
    async (kind) => {
      // The listing itself has had a descriptor, which is closed when its entry is looked at.
      const output = await lookInside(kind, shell('cd /proc/$$/fd; for n in *; do test -L $n && echo $n; done'));

      expect(output).toBe('0\n1\n2\n');
    },
  );

  it('shows the agent no key, neither by name nor by search', async () => {
    const search = `
      my ($type, $name) = ("user", "${KEY}");
      syscall(${number('keyctl')}, ${SEARCH}, ${SESSION_KEYRING}, $type, $name, 0);
      print $!+0, "\\n";`;
    const output = await lookInside('sandbox', [...perl(`${search} print \`cat /proc/keys /proc/key-users\``)]);

    expect(output).toBe(`${NOT_PERMITTED}\n`);
  });
});

describeWithBubblewrap('the privileges of a sandbox', () => {
  const open = useWorkspaces(new SandboxBackend(), useDirectory());

  async function errnoOf(call: string): Promise<number> {
    const { stdout } = await run(await open(), perl(`syscall(${call}) == -1 or die "it succeeded"; print $!+0`));
    return Number(stdout);
  }

  it('exclude every call of the table', async () => {
    const calls = Object.entries(REFUSED).flatMap(([name, numbers]) =>
      numbers[COLUMN] === null ? [] : [`${name} ${numbers[COLUMN]}`],
    );
    const tryAll = `for (@ARGV) { my ($name, $n) = split / /; syscall($n, -1, 0, 0, 0, 0); print "$name\\n" if $!+0 != ${NOT_PERMITTED} }`;

    await expect(run(await open(), [...perl(tryAll), ...calls])).resolves.toMatchObject({ code: 0, stdout: '' });
  });

  it('exclude sockets to the host of a virtual machine, and of the kernel’s cryptography', async () => {
    const socket = (family: number) => errnoOf(`${JUDGED.socket[COLUMN]}, ${family}, 1, 0`);

    await expect(socket(40)).resolves.toBe(FAMILY_NOT_SUPPORTED);
    await expect(socket(38)).resolves.toBe(FAMILY_NOT_SUPPORTED);
  });

  it('exclude new namespaces, and calls that the table does not know', async () => {
    await expect(errnoOf(`${JUDGED.unshare[COLUMN]}, ${NEW_USER}`)).resolves.toBe(NOT_PERMITTED);
    await expect(errnoOf(`${JUDGED.clone3[COLUMN]}, 0, 0`)).resolves.toBe(NOT_IMPLEMENTED);
    await expect(errnoOf('4000, 0, 0')).resolves.toBe(NOT_IMPLEMENTED);
  });

  it('let git, node and shells with threads, pipes and local sockets work', async () => {
    const node = `
      const { spawnSync } = require('node:child_process');
      const { createServer, connect } = require('node:net');
      const { networkInterfaces } = require('node:os');
      if (spawnSync('sh', ['-c', 'echo one | grep one']).status !== 0) throw new Error('no pipe');
      new (require('node:worker_threads').Worker)('', { eval: true }).on('exit', () => {
        const server = createServer((socket) => socket.end('served')).listen(0, '127.0.0.1', () => {
          connect(server.address().port, '127.0.0.1').on('data', (data) => { console.log(String(data), Object.keys(networkInterfaces()).join()); server.close(); });
        });
      });`;
    const workspace = await open();

    await expect(run(workspace, [process.execPath, '-e', node])).resolves.toMatchObject({
      code: 0,
      stdout: 'served lo\n',
    });
    const commit =
      'git init -q . && git -c user.name=a -c user.email=a@b commit -q --allow-empty -m one && git log --oneline | wc -l';
    await expect(run(workspace, shell(commit))).resolves.toMatchObject({ code: 0, stdout: '1\n' });
  });

  it('show no configuration, sources or keys of the machine below its programs', async () => {
    const hidden = ['/usr/etc', '/usr/local/etc', '/usr/src', '/usr/local/src', '/etc/ssl/private'].filter(existsSync);
    const visible = hidden.filter((path) => execFileSync('ls', ['-A', path], { encoding: 'utf8' }) !== '');

    const { stdout } = await run(await open(), [
      'sh',
      '-c',
      'ls -A "$@"; touch "$1/mine" 2>/dev/null && echo writable',
      'sh',
      ...hidden,
    ]);

    expect(visible.length).toBeGreaterThan(0);
    expect(stdout.split('\n').filter((line) => line !== '' && !line.endsWith(':'))).toEqual([]);
  });
});
