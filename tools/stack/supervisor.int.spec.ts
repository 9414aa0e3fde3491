import { eventually } from '@syntropic/testing';
import { Child, isAlive } from '@syntropic/testing/servers';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Supervisor, type Supervised } from './supervisor';

describe('a supervised process', () => {
  const directory = mkdtempSync(join(tmpdir(), 'syn-supervisor-'));
  const log = join(directory, 'log');
  const printed: string[] = [];

  afterAll(() => {
    rmSync(directory, { recursive: true });
  });

  it('is restarted with a message when it is killed, and not after it was stopped', async () => {
    const pids: number[] = [];
    const subject = program('sleeper', ['sleep', '600'], pids);
    const supervisor = supervised(subject);
    await supervisor.start();
    process.kill(latest(pids), 'SIGKILL');

    await eventually(() => pids.length === 2);
    expect(printed).toContain('sleeper ended (SIGKILL): starting it again');
    expect(isAlive(latest(pids))).toBe(true);

    await supervisor.stop();
    expect(isAlive(latest(pids))).toBe(false);
    expect(pids).toHaveLength(2);
  });

  it('can be stopped while it keeps failing', async () => {
    const pids: number[] = [];
    const supervisor = supervised(program('failing', ['sh', '-c', 'echo attempt; exit 3'], pids));
    await supervisor.start();
    await eventually(() => pids.length > 1);

    await expect(supervisor.stop()).resolves.toBeUndefined();
    expect(printed).toContain('failing ended (exit code 3): starting it again');
  });

  function supervised(subject: Supervised): Supervisor {
    return new Supervisor(
      subject,
      (line) => printed.push(line),
      () => undefined,
    );
  }

  function program(name: string, command: readonly string[], pids: number[]): Supervised {
    let child: Child | undefined;
    return {
      name,
      get ended() {
        return child?.ended ?? Promise.reject(new Error('not started'));
      },
      async start() {
        child = await Child.start({ name, command, log, onParentExit: 'SIGKILL' });
        pids.push(child.pid);
      },
      stop: async () => child?.stop('SIGTERM', 5_000),
    };
  }

  function latest(pids: readonly number[]): number {
    const pid = pids.at(-1);
    if (pid === undefined) throw new Error('nothing was started');
    return pid;
  }
});
