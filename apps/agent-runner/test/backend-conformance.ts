import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { withEnvironment } from '../src/workspaces/process-table';
import type { Backend, Limits, Probe, Workspace, WorkspaceSpec } from '../src/workspaces/workspace';
import { carriesBytes, freezes, linesOf } from './backend-programs';
import { run, shell, useDirectory, useWorkspaces } from './workspace.fixture';

const MEBIBYTE = 1024 ** 2;

/** Limits that specs reach quickly. */
const SMALL = { memoryBytes: 64 * MEBIBYTE, pids: 24, diskBytes: 8 * MEBIBYTE, inodes: 64 };
type SmallLimit = keyof typeof SMALL;

/** Uses up one resource, and prints `beyond` where nothing has stopped it. */
const EXCESSES = {
  memoryBytes: 'head -c 300m /dev/zero | tail -c 200m > /dev/null && echo beyond',
  pids: 'for n in $(seq 40); do sleep 600 & done && echo beyond',
  diskBytes: 'head -c 16m /dev/zero > large && echo beyond',
  inodes: 'mkdir many && touch $(seq -f many/%g 100) && echo beyond',
};

export interface Conformance {
  readonly backend: Backend;
  /** True where the session socket is the only way out. */
  readonly isClosed: boolean;
}

interface Suite extends Conformance {
  readonly directory: ReturnType<typeof useDirectory>;
  readonly open: ReturnType<typeof useWorkspaces>;
  readonly spec: (limits?: Limits) => WorkspaceSpec;
}

/** The behaviour that every backend shares. Where one differs, its probe says so. */
export function conformsToBackend({ backend, isClosed }: Conformance): void {
  const directory = useDirectory();
  const open = useWorkspaces(backend, directory);
  const spec = (limits: Limits = {}): WorkspaceSpec => {
    const id = randomUUID();
    return { id, directory: join(directory.path, id), limits, environment: {} };
  };
  const suite: Suite = { backend, isClosed, directory, open, spec };
  describe('files and programs', () => {
    programs(suite);
    carriesBytes(open);
  });
  describe('control', () => {
    control(suite);
    freezes(open);
  });
  describe('limits', () => {
    limits(suite);
  });
  describe('the session socket', () => {
    sessionSocket(suite);
  });
  describe('the end', () => {
    ends(suite);
  });
}

function programs({ directory, open }: Suite): void {
  it('go in before the program and come out after it', async () => {
    const workspace = await open();
    mkdirSync(join(workspace.directory, 'artifacts'));
    writeFileSync(join(workspace.directory, 'artifacts/in'), 'given', { mode: 0o600 });
    await workspace.handOver();

    const ended = await run(workspace, shell('cat artifacts/in; echo made > artifacts/out; rm artifacts/in'));

    expect(ended).toMatchObject({ code: 0, stdout: 'given' });
    expect(readFileSync(join(workspace.directory, 'artifacts/out'), 'utf8')).toBe('made\n');
    expect(readdirSync(join(workspace.directory, 'artifacts'))).toEqual(['out']);
  });

  it('end with their exit code or their signal', async () => {
    const workspace = await open();

    await expect(run(workspace, shell('exit 7'))).resolves.toMatchObject({ code: 7, signal: null });
    await expect(run(workspace, shell('kill -KILL $$'))).resolves.toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('get their input, environment and files of the host as they are', async () => {
    const hostFile = join(directory.path, `it's "here"`);
    writeFileSync(hostFile, 'shown');
    const agent = (await open()).spawn(['sh', '-c', 'cat "$0" -; printf %s "$1$WORD"', { hostFile }, 'two\nlines '], {
      stdin: ' read ',
      env: { WORD: `'$(id)'` },
    });

    await expect(text(agent.stdout)).resolves.toBe(`shown read two\nlines '$(id)'`);
  });

  it('take further input until it is ended', async () => {
    const agent = (await open()).spawn(shell('while read word; do echo "heard $word"; done; echo end'), {
      stdin: 'first\n',
      keepsStdinOpen: true,
      env: {},
    });
    const lines = createInterface(agent.stdout)[Symbol.asyncIterator]();
    const heard = async () => (await lines.next()).value as unknown;

    await expect(heard()).resolves.toBe('heard first');
    agent.stdin.write('second\n');
    await expect(heard()).resolves.toBe('heard second');
    agent.stdin.end();
    await expect(heard()).resolves.toBe('end');
  });
}

function control({ open }: Suite): void {
  it('reaches the program and its children by SIGINT and SIGTERM, and ends all by SIGKILL', async () => {
    const workspace = await open();
    const child = `sh -c 'trap "echo child" TERM; echo ready; while :; do sleep 0.05; done' &`;
    const script = `trap 'echo interrupted' INT; trap 'echo terminated' TERM; ${child} echo ready; while :; do sleep 0.05; done`;
    const agent = workspace.spawn(shell(script), { stdin: '', env: {} });
    const lines = linesOf(agent.stdout);

    await eventually(() => lines.filter((line) => line === 'ready').length === 2);
    await workspace.signal('SIGINT');
    await eventually(() => lines.includes('interrupted'));
    await workspace.signal('SIGTERM');
    await eventually(() => lines.includes('terminated') && lines.includes('child'));
    await workspace.signal('SIGKILL');

    await expect(agent.exit).resolves.toMatchObject({ signal: 'SIGKILL' });
  });
}

function limits({ backend, open, spec }: Suite): void {
  it.each(Object.keys(SMALL) as SmallLimit[])('are held or refused, as the probe says: %s', async (limit) => {
    const probe = await backend.probe();
    const asked = { [limit]: SMALL[limit] };
    if (probe.unenforceable.includes(limit)) {
      await expect(backend.create(spec(asked))).rejects.toMatchObject({ code: 'workspace.limit_not_held' });
    } else await holds(await open(asked), limit, probe);
  });
}

function sessionSocket({ backend, directory, isClosed, spec }: Suite): void {
  it('answers the program at the path of its variable, and is the only way out of a closed workspace', async () => {
    const server = createServer((_, response) => response.end('from the runner'));
    const socket = join(directory.path, 'r.sock');
    server.listen(socket);
    await once(server, 'listening');
    chmodSync(socket, 0o600);
    const workspace = await backend.create({ ...spec(), socket });
    try {
      const curl = 'curl -s --unix-socket "$SYN_RUNNER_SOCKET" http://runner/; tail -n +3 /proc/net/dev | grep -vc lo:';
      const { stdout } = await run(workspace, shell(curl));

      expect(stdout.startsWith('from the runner')).toBe(true);
      if (isClosed) expect(stdout).toBe('from the runner0\n');
    } finally {
      await workspace.destroy();
      server.close();
    }
  });
}

function ends({ backend, spec }: Suite): void {
  it('of an opening keeps the files for the next one and leaves no process', async () => {
    const own = spec();
    const first = await backend.create(own);
    await run(first, shell('echo kept > ~/note; echo here > note'));
    const agent = first.spawn(shell('setsid sleep 600 & sleep 600'), { stdin: '', env: {} });
    agent.stdout.resume();
    await first.release();
    await agent.exit;
    await expect(processesOf(own)).resolves.toEqual([]);

    const second = await backend.create(own);
    await expect(run(second, shell('cat ~/note note'))).resolves.toMatchObject({ stdout: 'kept\nhere\n' });
    await second.destroy();
  });

  it('may follow the start of a program at once', async () => {
    const own = spec();
    const workspace = await backend.create(own);
    const ended = run(workspace, shell('setsid sleep 600 & sleep 600'));
    await workspace.release();
    await ended;

    await expect(processesOf(own)).resolves.toEqual([]);
    await workspace.destroy();
  });

  it('of a workspace removes its files and its processes', async () => {
    const own = spec();
    const workspace = await backend.create(own);
    const agent = workspace.spawn(shell('echo x > file; chmod 0 file; mkdir -m 0 closed; echo ready; sleep 600'), {
      stdin: '',
      env: {},
    });
    const lines = linesOf(agent.stdout);
    await eventually(() => lines.includes('ready'));

    await workspace.destroy();
    await agent.exit;

    await expect(processesOf(own)).resolves.toEqual([]);
    expect([workspace.directory, workspace.home].filter(existsSync)).toEqual([]);
  });
}

const processesOf = ({ id }: WorkspaceSpec) => withEnvironment(`SYNTROPIC_WORKSPACE=${id}`);

/** Tries to exceed a limit. One that the runner watches is exceeded, and then named. */
async function holds(workspace: Workspace, limit: SmallLimit, probe: Probe): Promise<void> {
  const { stdout } = await run(workspace, shell(EXCESSES[limit]));
  if (probe.watched.includes(limit)) {
    await expect(workspace.outgrown(AbortSignal.timeout(30_000))).resolves.toBeDefined();
    return;
  }
  expect(stdout).not.toContain('beyond');
  if (limit === 'memoryBytes') {
    await expect(workspace.outOfMemory()).resolves.toEqual({ limitBytes: SMALL.memoryBytes });
  }
}
