import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBubblewrap, run, shell, useDirectory, useWorkspaces } from '../../test/workspace.fixture';
import { outOfMemory } from './out-of-memory';
import { ProcessBackend } from './process.backend';
import { SandboxBackend } from './sandbox.backend';
import type { Backend } from './workspace';

const LIMIT = 64 * 1024 * 1024;
const ALLOCATE = shell('head -c 300M /dev/zero | tail -c 300M > /dev/null');

function reportsItsKills(backend: Backend): void {
  const open = useWorkspaces(backend, useDirectory());
  let unenforceable: readonly string[];
  beforeAll(async () => ({ unenforceable } = await backend.probe()));

  it('names the limit after the kernel has killed one of its processes', async () => {
    if (unenforceable.includes('memoryBytes')) return;
    const workspace = await open({ memoryBytes: LIMIT });
    await expect(workspace.outOfMemory()).resolves.toBeUndefined();

    await run(workspace, ALLOCATE);

    await expect(workspace.outOfMemory()).resolves.toEqual({ limitBytes: LIMIT });
  });

  it('reports nothing for other ends by SIGKILL, nor for exit code 137', async () => {
    const workspace = await open({});
    await run(workspace, shell('kill -KILL $$'));
    await run(workspace, shell('exit 137'));

    await expect(workspace.outOfMemory()).resolves.toBeUndefined();
  });
}

describeWithBubblewrap('the memory of a sandbox', () => {
  reportsItsKills(new SandboxBackend());
});

describe('the memory of a plain process', () => {
  reportsItsKills(new ProcessBackend(true));
});

describe('the files of a control group', () => {
  const root = useDirectory();

  function group(name: string, files: Readonly<Record<string, string>>): string {
    const directory = join(root.path, name);
    mkdirSync(directory);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(directory, file), text);
    return directory;
  }

  it('are read in both versions', () => {
    const second = group('second', {
      'memory.events': 'low 0\nhigh 0\nmax 12\noom 1\noom_kill 1\noom_group_kill 0\n',
      'memory.max': '67108864\n',
    });
    const first = group('first', {
      'memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n',
      'memory.failcnt': '9\n',
      'memory.limit_in_bytes': '67108864\n',
    });

    expect(outOfMemory([second])).toEqual({ limitBytes: LIMIT });
    expect(outOfMemory([group('pids', {}), first])).toEqual({ limitBytes: LIMIT });
  });

  it('name no limit when the memory around the group was exhausted', () => {
    const around = group('around', { 'memory.events': 'max 0\noom 0\noom_kill 1\n', 'memory.max': '67108864\n' });
    const unlimited = group('unlimited', { 'memory.events': 'max 0\noom 1\noom_kill 1\n', 'memory.max': 'max\n' });

    expect(outOfMemory([around])).toEqual({});
    expect(outOfMemory([unlimited])).toEqual({});
  });
});
