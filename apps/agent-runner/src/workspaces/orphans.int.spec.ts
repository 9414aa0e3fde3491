import { eventually, TYPESCRIPT_HOOK } from '@syntropic/testing';
import { execFileSync, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { reapOrphans } from './orphans';
import { withEnvironment } from './process-table';

const REPOSITORY = join(__dirname, '../../../..');

describeWithBubblewrap('a runner that is killed', () => {
  const directory = useDirectory();

  it('ends its sandboxes with it', async () => {
    const id = randomUUID();
    const runner = await startRunner('sandbox', id);
    const running = commandLines().includes(id);

    runner.kill('SIGKILL');

    await eventually(() => !commandLines().includes(id));
    expect(running).toBe(true);
  });

  it('leaves processes of a frozen sandbox that the next runner can kill', async () => {
    const id = randomUUID();
    const runner = await startRunner('sandbox', id, 'frozen');

    runner.kill('SIGKILL');
    await once(runner, 'exit');
    await reapOrphans(directory.path);

    await eventually(() => !commandLines().includes(id));
  });

  it('leaves plain processes, which the next runner kills while it keeps their files', async () => {
    const id = randomUUID();
    const runner = await startRunner('process', id);
    runner.kill('SIGKILL');
    await once(runner, 'exit');

    const left = await processesOf(id);
    await expect(reapOrphans(directory.path)).resolves.toContain(id);

    expect(left.length).toBeGreaterThan(0);
    await expect(processesOf(id)).resolves.toEqual([]);
    expect(existsSync(join(directory.path, id, 'volume/workspace'))).toBe(true);
    await expect(reapOrphans(directory.path)).resolves.not.toContain(id);
  });

  async function startRunner(kind: string, id: string, frozen = '') {
    const script = join(REPOSITORY, 'apps/agent-runner/test/open-workspace.ts');
    const runner = spawn(process.execPath, ['-r', TYPESCRIPT_HOOK, script, kind, directory.path, id, frozen], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(runner.stdout, 'data');
    return runner;
  }

  /** The id is the last argument of each process that the runner has started. */
  const commandLines = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' });
  const processesOf = (id: string) => withEnvironment(`SYNTROPIC_WORKSPACE=${id}`);
});
