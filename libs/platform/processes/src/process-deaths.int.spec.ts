import { eventually } from '@syntropic/testing';
import fc from 'fast-check';
import type { Pool } from 'pg';
import type { Process } from './process';
import { PositionLost } from './process-positions';
import type { SendCommand } from './send-command';
import { CountedCommands } from './testing/counted-commands';
import { allNotes, anExecution, notesOf, ProcessHarness, stepped } from './testing/process-harness';

const harness = new ProcessHarness();

/** A replica that dies at its nth moment, before or after a command is carried out, without saving its position. */
const mortal = (running: Process, { send }: CountedCommands, deathAt: number): Pool => {
  const own = harness.ownPool();
  let moments = 0;
  const moment = (): Promise<void> => {
    if (++moments < deathAt) return Promise.resolve();
    void own.end().catch(() => undefined);
    return new Promise(() => undefined);
  };
  const sending: SendCommand = async (...command) => {
    await moment();
    const outcome = await send(...command);
    await moment();
    return outcome;
  };
  void harness.run(running, sending, { pool: own });
  return own;
};

describe('replicas that die', () => {
  const recordSteps = async (executions: readonly string[]): Promise<void> => {
    const next = new Map<string, number>();
    for (const executionId of executions) {
      const step = next.get(executionId) ?? 0;
      next.set(executionId, step + 1);
      await harness.record(executionId, stepped(step));
    }
  };

  it('before or after any command are followed by one that repeats it under the same id and leaves none out', async () => {
    const moments = Array.from({ length: 12 }, (_, n) => n + 1);
    for (const deathAt of moments) {
      const taker = await harness.noteTaker();
      const [one, other] = [anExecution(), anExecution()];
      const commands = new CountedCommands();
      await recordSteps([one, other, one]);
      const start = (await harness.rowOf(taker))?.position;
      const replica = mortal(taker, commands, deathAt);
      await eventually(() => replica.ended);
      const arrivedAtDeath = commands.arrivals.length;

      expect((await harness.rowOf(taker))?.position).toBe(start);
      void harness.run(taker, commands.send);
      await harness.caughtUp(taker);
      expect(notesOf(commands, one)).toEqual(allNotes(2));
      expect(notesOf(commands, other)).toEqual(allNotes(1));
      expect(commands.arrivals).toHaveLength(arrivedAtDeath + 6);
    }
  });

  it('or work at once note each step in order, and once', async () => {
    const story = fc.array(fc.nat(3), { minLength: 1, maxLength: 15, size: 'large' });
    const deaths = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 3 });
    const faults = fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 6 });

    await fc.assert(
      fc.asyncProperty(story, deaths, faults, async (steps, deathMoments, failing) => {
        const taker = await harness.noteTaker();
        const executions = [anExecution(), anExecution(), anExecution(), anExecution()] as const;
        const commands = new CountedCommands((_, arrival) => {
          if (failing.includes(arrival)) throw new Error('a fault');
        });
        const survive = async (): Promise<void> => {
          const lost = await harness.run(taker, commands.send).then(
            () => false,
            (error: unknown) => error instanceof PositionLost,
          );
          if (lost) await survive();
        };
        for (const deathAt of deathMoments) mortal(taker, commands, deathAt);
        void survive();
        await recordSteps(steps.flatMap((n) => executions[n] ?? []));
        await harness.caughtUp(taker);

        await harness.stop();
        for (const [n, executionId] of executions.entries()) {
          expect(notesOf(commands, executionId)).toEqual(allNotes(steps.filter((step) => step === n).length));
        }
      }),
      { numRuns: 25 },
    );
  });
});
