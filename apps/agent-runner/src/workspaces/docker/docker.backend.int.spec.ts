import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { useEngine } from '../../../test/container-engine.fixture';
import { dockerBackend, IMAGE } from '../../../test/docker-backend';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../../test/workspace.fixture';
import { markedProcesses as processesOf } from '../orphans';
import type { Backend } from '../workspace';

const MEBIBYTE = 1024 ** 2;

describeWithBubblewrap('a workspace in a container', () => {
  const directory = useDirectory();
  const fixture = useEngine(directory);
  const backend = fixture.backend();
  const open = useWorkspaces(backend, directory);

  it('has no network, no capability, nothing writable but its directories, and every limit that was asked for', async () => {
    const workspace = await open({ memoryBytes: 64 * MEBIBYTE, pids: 24, cpus: 1.5, diskBytes: 8 * MEBIBYTE });
    await run(workspace, ['true']);

    const definition = fixture.engine.created.at(-1);
    expect(definition).toMatchObject({
      Image: IMAGE,
      User: expect.not.stringMatching(/^0|:0$/) as string,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        NetworkMode: 'none',
        IpcMode: 'private',
        CgroupnsMode: 'private',
        ReadonlyRootfs: true,
        Privileged: false,
        CapDrop: ['ALL'],
        SecurityOpt: ['no-new-privileges:true'],
        LogConfig: { Type: 'none' },
        Memory: 64 * MEBIBYTE,
        MemorySwap: 64 * MEBIBYTE,
        PidsLimit: 25,
        NanoCpus: 1.5e9,
        Ulimits: expect.arrayContaining([{ Name: 'fsize', Soft: 8 * MEBIBYTE, Hard: 8 * MEBIBYTE }]) as unknown[],
      },
    });
    const writable = definition?.HostConfig.Mounts.filter(({ ReadOnly }) => !ReadOnly).map(({ Target }) => Target);
    expect(writable).toEqual(['/workspace', '/home/agent', '/tmp', '/dev/shm']);
  });

  it('says why a program was not started', async () => {
    const agent = (await open()).spawn([{ hostFile: join(directory.path, 'missing') }], { stdin: '', env: {} });
    agent.stdout.resume();

    await expect(agent.exit).rejects.toMatchObject({
      code: 'workspace.not_started',
      message: expect.stringContaining('bind source path does not exist') as string,
    });
  });
});

describeWithBubblewrap('the containers of a runner', () => {
  const directory = useDirectory();
  const fixture = useEngine(directory);
  const start = async (backend: Backend) => {
    const workspace = await backend.create(spec());
    const agent = workspace.spawn(shell('echo up; sleep 600'), { stdin: '', env: {} });
    await new Promise((resolve) => agent.stdout.once('data', resolve));
    agent.exit.catch(() => undefined);
    return { workspace, agent };
  };
  const spec = () => {
    const id = randomUUID();
    return { id, directory: join(directory.path, id), limits: {}, environment: {} };
  };

  it('are removed at its next start, those of other runners and of its present life are not', async () => {
    const present = fixture.backend();
    await start(fixture.backend());
    await start(fixture.backend({ runner: 'runner-2' }));
    const own = await start(present);

    await expect(present.probe()).resolves.toMatchObject({ available: true });

    const left = [...fixture.engine.containers.values()].map(({ definition }) => definition.Labels);
    expect(left.map((labels) => labels['syntropic.runner']).sort()).toEqual(['runner-1', 'runner-2']);
    await own.workspace.destroy();
    expect(fixture.engine.containers.size).toBe(1);
  });

  it.each(['', 'frozen'])(
    'outlive a runner that is killed until its next start: %s',
    async (frozen) => {
      const id = randomUUID();
      const script = join(__dirname, '../../../test/open-workspace.ts');
      const runner = spawn(
        process.execPath,
        ['-r', TYPESCRIPT_HOOK, script, fixture.socket, directory.path, id, frozen],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      );
      await once(runner.stdout, 'data');
      runner.kill('SIGKILL');
      await once(runner, 'exit');
      const left = await processesOf(id);

      await expect(fixture.backend().probe()).resolves.toMatchObject({ available: true });

      expect(left.length).toBeGreaterThan(0);
      await expect(processesOf(id)).resolves.toEqual([]);
      expect(existsSync(join(directory.path, id, 'volume/workspace'))).toBe(true);
    },
    180_000,
  );

  it('leave nothing behind when they have ended', async () => {
    const before = fixture.engine.containers.size;
    const { workspace, agent } = await start(fixture.backend());
    await workspace.destroy();
    agent.stdout.resume();

    await expect(agent.exit).resolves.toEqual({ code: null, signal: 'SIGKILL' });
    expect(fixture.engine.containers.size).toBe(before);
  });

  it('fail their sessions when the engine breaks the connection', async () => {
    const { workspace, agent } = await start(fixture.backend());
    agent.stdout.resume();

    fixture.engine.disconnect();

    await expect(agent.exit).rejects.toThrow();
    await workspace.destroy();
  });
});

describe('a container engine', () => {
  const directory = useDirectory();

  describe.each([
    ['without the image', { images: {} }, 'No such image'],
    ['without a filter of system calls', { info: { SecurityOptions: ['name=cgroupns'] } }, 'filters no system calls'],
    [
      'with a filter that filters nothing',
      { info: { SecurityOptions: ['name=seccomp,profile=unconfined'] } },
      'filters no system calls',
    ],
    ['of another system', { info: { OSType: 'windows' } }, 'containers of windows'],
    ['whose image declares volumes', { images: { [IMAGE]: { Volumes: { '/data': {} } } } }, 'the volume /data'],
  ])('%s', (_, traits, reason) => {
    const fixture = useEngine(directory, { images: { [IMAGE]: {} }, ...traits });

    it('is not offered, with the reason', async () => {
      await expect(fixture.backend().probe()).resolves.toMatchObject({
        available: false,
        reason: expect.stringContaining(reason) as string,
      });
    });
  });

  describe('that holds fewer limits', () => {
    const fixture = useEngine(directory, { images: { [IMAGE]: {} }, info: { PidsLimit: false, CpuCfsQuota: false } });

    it('refuses a workspace that asks for one, and leaves a default out', async () => {
      const backend = fixture.backend();
      const id = randomUUID();
      const spec = { id, directory: join(directory.path, id), environment: {} };

      await expect(backend.probe()).resolves.toMatchObject({ unenforceable: ['pids', 'cpus'] });
      await expect(backend.create({ ...spec, limits: { pids: 10 } })).rejects.toMatchObject({
        code: 'workspace.limit_not_held',
        message: expect.stringContaining('docker cannot enforce') as string,
      });
      expect(fixture.engine.created.at(-1)?.HostConfig).not.toHaveProperty('PidsLimit');
    });
  });

  it('that is not there is not offered, whatever the variables of its client name', async () => {
    jest.replaceProperty(process, 'env', { DOCKER_HOST: 'tcp://127.0.0.1:1', DOCKER_CLIENT_TIMEOUT: '1' });
    const backend = dockerBackend({ socket: join(directory.path, 'none.sock'), directory: directory.path });
    const probe = await backend.probe();
    jest.restoreAllMocks();

    expect(probe).toMatchObject({
      available: false,
      reason: expect.stringContaining('ENOENT') as string,
    });
  });
});
