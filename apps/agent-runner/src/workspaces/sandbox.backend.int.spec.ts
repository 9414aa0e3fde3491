import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../test/workspace.fixture';
import { withEnvironment } from './process-table';
import { SandboxBackend } from './sandbox.backend';

describeWithBubblewrap('a sandbox', () => {
  const backend = new SandboxBackend();
  const directory = useDirectory();
  const open = useWorkspaces(backend, directory);

  it('is possible on this machine', async () => {
    await expect(backend.probe()).resolves.toMatchObject({ available: true, seccomp: true });
  });

  it('runs a program in /workspace with its prompt on standard input', async () => {
    const workspace = await open();

    const ended = await run(workspace, shell('pwd; cat; echo done > result; exit 7'), 'the prompt\n');

    expect(ended).toMatchObject({ code: 7, signal: null, stdout: '/workspace\nthe prompt\n' });
    expect(readFileSync(join(workspace.directory, 'result'), 'utf8')).toBe('done\n');
  });

  it('reports the signal that ended its program', async () => {
    await expect(run(await open(), shell('kill -TERM $$'))).resolves.toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('gives the program an account without rights', async () => {
    const { stdout } = await run(
      await open(),
      shell('id -un; echo $HOME; grep -h Cap /proc/self/status | cut -f2 | uniq'),
    );

    expect(stdout).toBe('agent\n/home/agent\n0000000000000000\n');
  });

  it('shows only programs of the machine, all of them read-only', async () => {
    const { stdout } = await run(await open(), [
      'sh',
      '-c',
      `ls -d /root /sys /var/lib ${directory.path} 2>&1 | grep -vc 'No such file'
       for place in / /usr /etc /dev /etc/passwd; do test -w $place && echo "$place is writable"; done
       unshare --user true 2>/dev/null && echo 'made a user namespace'
       ls /proc | grep -c '^[0-9]'`,
    ]);

    const [visible, processes] = stdout.trim().split('\n').map(Number);
    expect({ stdout, visible }).toMatchObject({ visible: 0 });
    expect(processes).toBeLessThan(8);
  });

  it('has no network but its own loopback', async () => {
    const { stdout } = await run(await open(), shell('cut -d: -f1 /proc/net/dev | tail -n +3 | tr -d " "'));

    expect(stdout).toBe('lo\n');
  });

  it('runs each workspace as a user of its own when the runner is root', async () => {
    const uids = await Promise.all(
      [await open(), await open()].map(async (workspace) => {
        await run(workspace, shell('touch mine'));
        return statSync(join(workspace.directory, 'mine')).uid;
      }),
    );

    if (process.geteuid?.() === 0) expect(new Set([...uids, 0]).size).toBe(3);
    else expect(new Set(uids)).toEqual(new Set([process.geteuid?.()]));
  });

  it('shows a file of the host read-only', async () => {
    const hostFile = join(directory.path, 'recording.txt');
    writeFileSync(hostFile, 'kept');

    const { stdout } = await run(await open(), ['sh', '-c', 'cat "$0"; echo lost > "$0"', { hostFile }]);

    expect(stdout).toBe('kept');
    expect(readFileSync(hostFile, 'utf8')).toBe('kept');
  });

  it('passes its environment on without showing it to the machine', async () => {
    const secret = randomUUID();
    const workspace = await open({}, { TOKEN: secret });
    const agent = workspace.spawn(shell('echo $TOKEN; sleep 60'), { stdin: '', env: {} });
    for await (const line of createInterface(agent.stdout)) {
      expect(line).toBe(secret);
      break;
    }

    const seen = await run(await open(), shell('true'));
    expect(seen.code).toBe(0);
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(secret);
  });

  it('refuses an environment that could add an option to the sandbox', async () => {
    const workspace = await open({}, { TRICK: `x\0--bind\0/\0/host` });

    expect(() => workspace.spawn(['true'], { stdin: '', env: {} })).toThrow(
      expect.objectContaining({ code: 'workspace.environment_invalid' }) as Error,
    );
  });

  it('passes each argument on as it is, also a file of the host beside it', async () => {
    const hostFile = join(directory.path, 'two\nlines');
    writeFileSync(hostFile, 'shown');
    const words = [`it's`, 'two\nlines', '"$n" $(id) `id`', '\\', '', '-- é'];

    const print = ['sh', '-c', 'cat "$0"; for word; do printf "[%s]" "$word"; done'];
    const { stdout } = await run(await open(), [...print, { hostFile }, ...words]);

    expect(stdout).toBe(`shown${words.map((word) => `[${word}]`).join('')}`);
  });

  it('refuses a command line with a NUL byte', async () => {
    const workspace = await open();

    expect(() => workspace.spawn(['echo', 'a\0b'], { stdin: '', env: {} })).toThrow(
      expect.objectContaining({ code: 'workspace.command_invalid' }) as Error,
    );
  });

  it('leaves no process when it is released before its first program', async () => {
    const spec = { id: randomUUID(), directory: join(directory.path, 'unused'), limits: {}, environment: {} };
    const workspace = await backend.create(spec);
    await workspace.release();

    await eventually(async () => (await withEnvironment(`SYNTROPIC_WORKSPACE=${spec.id}`)).length === 0);
    await workspace.destroy();
  });

  it('ends every other process when its program exits', async () => {
    const workspace = await open();
    const mark = `8${String(Date.now()).slice(-6)}`;

    await run(workspace, shell(`setsid sleep ${mark} & sleep 0.1`));

    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(`sleep ${mark}`);
  });

  it('sends SIGINT to a program whose sandbox is still being set up', async () => {
    for (let times = 0; times < 5; times++) {
      const workspace = await open();
      const agent = workspace.spawn(['sleep', '600'], { stdin: '', env: {} });
      agent.stdout.resume();
      await workspace.signal('SIGINT');

      await expect(agent.exit).resolves.toEqual({ code: null, signal: 'SIGINT' });
    }
  });

  it('keeps its files from one opening to the next, and the same owner', async () => {
    const spec = { id: randomUUID(), directory: join(directory.path, 'parked'), limits: {}, environment: {} };
    const first = await backend.create(spec);
    await run(first, shell('echo kept > ~/note'));
    await first.release();

    const second = await backend.create(spec);
    await expect(run(second, shell('cat ~/note && rm ~/note'))).resolves.toMatchObject({ code: 0, stdout: 'kept\n' });
    await second.destroy();
  });
});
