import { eventually, TYPESCRIPT_HOOK } from '@syntropic/testing';
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { dial } from '../../pod-agent/dial';
import { useCluster } from '../../../test/kubernetes-cluster.fixture';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../../test/workspace.fixture';
import { markedProcesses as processesOf } from '../orphans';
import type { Backend } from '../workspace';

const MEBIBYTE = 1024 ** 2;

const argumentsOf = (created: unknown): string[] => {
  const { spec } = created as { spec: { template: { spec: { containers: [{ args: string[] }] } } } };
  return spec.template.spec.containers[0].args;
};

describeWithBubblewrap('a workspace in a pod', () => {
  const directory = useDirectory();
  const fixture = useCluster(directory);
  const open = useWorkspaces(fixture.backend(), directory);
  const runningPod = () => [...fixture.cluster.pods.values()].find(({ status }) => status.phase === 'Running');

  it('has a pod from its first program until its end, and no token after it has connected', async () => {
    const workspace = await open();
    expect(fixture.cluster.names).toEqual([]);

    await run(workspace, ['true']);
    await eventually(() => fixture.cluster.names.length === 1);
    expect([...fixture.cluster.pods.values()].map(({ status }) => status.phase)).toEqual(['Running']);

    await workspace.release();
    expect(fixture.cluster.names).toEqual([]);
  });

  it('keeps the bytes of the output as they are', async () => {
    const script = 'head -c 5000000 /dev/urandom > bytes; sha256sum < bytes; cat bytes >&2';
    const agent = (await open()).spawn(shell(script), { stdin: '', env: {} });

    const [printed, digest] = await Promise.all([text(agent.stdout), digestOf(agent.stderr)]);

    expect(printed).toBe(`${digest}  -\n`);
  });

  it('takes input that no shell and no address could carry', async () => {
    const stdin = `${'0'.repeat(MEBIBYTE)}\u0000ü\r\n`;

    const { stdout } = await run(await open(), shell('cat'), stdin);

    expect(stdout === stdin).toBe(true);
  });

  it('leaves links as links, and gives its next program what the one before has left', async () => {
    const workspace = await open();
    await run(workspace, shell('ln -s /etc/passwd link; echo one > file; chmod 0 file; mkdir -p a/b; chmod 0 a'));

    await expect(run(workspace, shell('chmod 600 file; cat file'))).resolves.toMatchObject({ stdout: 'one\n' });
    expect(readlinkSync(join(workspace.directory, 'link'))).toBe('/etc/passwd');
  });

  it('hands a frozen program its signal when it is thawed', async () => {
    const workspace = await open();
    const agent = workspace.spawn(shell('trap "echo told; exit 3" TERM; echo ready; while :; do sleep 0.02; done'), {
      stdin: '',
      env: {},
    });
    const lines: string[] = [];
    createInterface(agent.stdout).on('line', (line) => lines.push(line));
    await eventually(() => lines.includes('ready'));

    await workspace.freeze();
    await workspace.signal('SIGTERM');
    // A whole life of another program passes.
    await run(await open(), ['true']);
    expect(lines).toEqual(['ready']);
    await workspace.thaw();

    await expect(agent.exit).resolves.toEqual({ code: 3, signal: null });
    await eventually(() => lines.includes('told'));
  });

  it('is frozen and thawed without a program, before and after one', async () => {
    const workspace = await open();
    for (const act of ['freeze', 'thaw'] as const) await workspace[act]();
    await run(workspace, ['true']);
    for (const act of ['freeze', 'thaw'] as const) await workspace[act]();
    await expect(workspace.signal('SIGTERM')).resolves.toBeUndefined();
  });

  it('reads a file of the runner from its image where that is the same, and else from a copy', async () => {
    const changed = join(directory.path, 'tool');
    copyFileSync('/usr/bin/printf', changed);
    const workspace = await open();

    const own = await run(workspace, [...shell('echo "$0"'), { hostFile: '/usr/bin/printf' }]);
    const copied = await run(workspace, [{ hostFile: changed }, 'ran']);

    expect(own.stdout).toBe('/usr/bin/printf\n');
    expect(copied.stdout).toBe('ran');
  });

  it('says why a program was not started', async () => {
    const workspace = await open();
    const missing = workspace.spawn([{ hostFile: join(directory.path, 'missing') }], { stdin: '', env: {} });
    missing.stdout.resume();
    await expect(missing.exit).rejects.toMatchObject({
      code: 'workspace.not_started',
      message: expect.stringContaining('ENOENT') as string,
    });

    const unknown = workspace.spawn(['no-such-program'], { stdin: '', env: {} });
    unknown.stdout.resume();
    await expect(unknown.exit).rejects.toMatchObject({ message: expect.stringContaining('no-such-program') as string });
  });

  it('refuses a NUL byte in a command line', async () => {
    const workspace = await open();

    expect(() => workspace.spawn(['echo', 'a\0b'], { stdin: '', env: {} })).toThrow('NUL byte');
  });

  it('fails with the reason of its pod that was evicted', async () => {
    const workspace = await open();
    const agent = workspace.spawn(shell('echo up; sleep 600'), { stdin: '', env: {} });
    await once(agent.stdout, 'data');
    agent.stdout.on('error', () => undefined);
    agent.stderr.on('error', () => undefined);

    await runningPod()?.kill({ isEvicted: true });

    await expect(agent.exit).rejects.toThrow('Evicted: The node was low on resource');
    await expect(workspace.freeze()).resolves.toBeUndefined();
  });

  it('refuses a second pod with its token, and goes on', async () => {
    const workspace = await open();
    const agent = workspace.spawn(shell('echo up; read word; echo "$word"'), {
      stdin: '',
      keepsStdinOpen: true,
      env: {},
    });
    const output = text(agent.stdout);
    const tokens = () => fixture.cluster.created.filter(({ kind }) => kind === 'secrets').map(({ object }) => object);
    await eventually(() => runningPod() !== undefined);
    await eventually(() => fixture.cluster.names.length === 1);
    const { stringData } = tokens().at(-1) as { stringData: { token: string } };
    const [, host = '', port = '', id = ''] = argumentsOf(fixture.cluster.created.at(-1)?.object);

    await expect(dial({ host, port: Number(port), id, token: stringData.token }, () => undefined)).rejects.toThrow();

    agent.stdin.write('went on\n');
    await expect(output).resolves.toBe('up\nwent on\n');
  });
});

describeWithBubblewrap('the pods of a runner', () => {
  const directory = useDirectory();
  const fixture = useCluster(directory);
  const spec = () => {
    const id = randomUUID();
    return { id, directory: join(directory.path, id), limits: {}, environment: {} };
  };
  const start = async (backend: Backend) => {
    const own = spec();
    const workspace = await backend.create(own);
    const agent = workspace.spawn(shell('echo up; sleep 600'), { stdin: '', env: {} });
    await once(agent.stdout, 'data');
    for (const output of [agent.stdout, agent.stderr]) output.on('error', () => undefined);
    agent.exit.catch(() => undefined);
    return { own, workspace };
  };

  it('are removed at its next start, those of other runners and of its present life are not', async () => {
    const present = fixture.backend();
    const former = await start(fixture.backend());
    const other = await start(fixture.backend({ runner: 'runner-2' }));
    const own = await start(present);

    await expect(present.probe()).resolves.toMatchObject({ available: true });

    await expect(processesOf(former.own.id)).resolves.toEqual([]);
    for (const { id } of [other.own, own.own]) expect(await processesOf(id)).not.toEqual([]);
    for (const { workspace } of [former, other, own]) await workspace.destroy();
  });

  it('end with a runner that is killed', async () => {
    const id = randomUUID();
    const settings = join(directory.path, 'settings.json');
    writeFileSync(settings, JSON.stringify(fixture.settings()));
    const script = join(__dirname, '../../../test/open-workspace.ts');
    const runner = spawn(process.execPath, ['-r', TYPESCRIPT_HOOK, script, settings, directory.path, id], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(runner.stdout, 'data');
    expect(await processesOf(id)).not.toEqual([]);

    runner.kill('SIGKILL');

    await eventually(async () => (await processesOf(id)).length === 0);
    await eventually(() => [...fixture.cluster.pods.values()].every(({ status }) => status.phase === 'Succeeded'));
  });
});

async function digestOf(output: AsyncIterable<Buffer>): Promise<string> {
  const digest = createHash('sha256');
  for await (const piece of output) digest.update(piece);
  return digest.digest('hex');
}
