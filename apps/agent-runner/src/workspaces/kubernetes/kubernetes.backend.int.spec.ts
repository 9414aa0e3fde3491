import { eventually, TYPESCRIPT_HOOK } from '@syntropic/testing';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { copyFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { dial } from '../../pod-agent/dial';
import { useCluster } from '../../../test/kubernetes-cluster.fixture';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../../test/workspace.fixture';
import { markedProcesses as processesOf } from '../orphans';
import type { Backend } from '../workspace';

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

  it('leaves links as links, and gives its next program what the one before has left', async () => {
    const workspace = await open();
    await run(workspace, shell('ln -s /etc/passwd link; echo one > file; chmod 0 file; mkdir -p a/b; chmod 0 a'));

    await expect(run(workspace, shell('chmod 600 file; cat file'))).resolves.toMatchObject({ stdout: 'one\n' });
    expect(readlinkSync(join(workspace.directory, 'link'))).toBe('/etc/passwd');
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
