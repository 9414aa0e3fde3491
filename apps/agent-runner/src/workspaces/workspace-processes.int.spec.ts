import { eventually } from '@syntropic/testing';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { useDirectory } from '../../test/workspace.fixture';
import { ControlGroup } from './control-group';
import { launchInGroup } from './launch-command';
import { descendants } from './process-table';
import { WorkspaceProcesses } from './workspace-processes';

/** Long enough for a running process to write many times. */
const A_WHILE_MS = 100;

const MECHANISMS = [
  { mechanism: 'control groups, version 2', parent: unifiedHierarchy() },
  { mechanism: 'control groups, version 1', parent: '/sys/fs/cgroup/freezer' },
  { mechanism: 'signals, one process at a time', parent: undefined },
];

describe.each(MECHANISMS)('the processes of a workspace, by $mechanism', ({ parent }) => {
  const directory = useDirectory();
  const itHere = parent === undefined || writable(parent) ? it : it.skip;
  let ended = 0;

  itHere('stop and continue together, also those that are being started', async () => {
    const { processes, log, child } = await family();

    await processes.freeze();
    const before = statSync(log).size;
    await wait(A_WHILE_MS);
    const after = statSync(log).size;
    await processes.thaw();
    await eventually(() => statSync(log).size > after);

    expect(after).toBe(before);
    await processes.kill();
    await hasExited(child);
  });

  itHere('can be frozen repeatedly, also while a parent waits in vfork for its child', async () => {
    const { processes, child } = await family('while :; do /bin/true; done');

    for (let times = 0; times < (parent === undefined ? 20 : 400); times++) {
      await processes.freeze();
      await processes.thaw();
      await wait(times % 4);
    }

    await processes.kill();
    await hasExited(child);
  });

  itHere('are all killed, also when they are frozen and ignore signals', async () => {
    const { processes, child } = await family();
    await processes.freeze();

    await processes.kill();

    await hasExited(child);
    await expect(processes.members()).resolves.toEqual([]);
  });

  itHere('are killed also before the first one has entered its group', async () => {
    const group = parent === undefined ? undefined : ControlGroup.create([parent], randomUUID());
    const child = spawn('sleep', ['600']);
    const starter = () => (child.signalCode === null ? child.pid : undefined);
    const processes = new WorkspaceProcesses(group, () => Promise.resolve([]), starter);
    started.push({ processes, group });

    await processes.kill();

    expect(child.signalCode).toBe('SIGKILL');
  });

  (parent === undefined ? it.skip : itHere)(
    'have stopped and may continue when their group is being removed',
    async () => {
      for (let round = 0; round < 50; round++) {
        const group = ControlGroup.create([parent ?? ''], randomUUID());

        group.freeze();
        group.thaw();
        await group.remove();

        expect(group.freeze()).toBe(true);
        group.thaw();
      }
    },
  );

  /** Three generations of processes that write and fork all the time. */
  async function family(script?: string) {
    const log = join(directory.path, `log-${ended++}`);
    const group = parent === undefined ? undefined : ControlGroup.create([parent], randomUUID());
    const writing = `trap '' INT TERM HUP; (while :; do (echo x; true) >> ${log}; done) & while :; do (echo y) >> ${log}; done`;
    const [program = '', ...args] = launchInGroup(group, ['sh', '-c', script ?? writing]);
    const child = spawn(program, args, { stdio: 'ignore' });
    const processes = new WorkspaceProcesses(group, () => descendants(child.pid ?? 0));
    started.push({ processes, group });
    if (!script) await eventually(() => existsSync(log) && readFileSync(log, 'utf8').includes('x\n'));
    return { processes, log, child };
  }

  const started: { readonly processes: WorkspaceProcesses; readonly group: ControlGroup | undefined }[] = [];
  afterEach(async () => {
    for (const { processes, group } of started.splice(0)) {
      await processes.kill();
      await group?.remove();
    }
  });
});

async function hasExited(child: ChildProcess): Promise<void> {
  await eventually(() => child.exitCode !== null || child.signalCode !== null);
}

function unifiedHierarchy(): string {
  return existsSync('/sys/fs/cgroup/cgroup.procs') ? '/sys/fs/cgroup' : '/sys/fs/cgroup/unified';
}

function writable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
