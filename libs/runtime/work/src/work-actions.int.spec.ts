import { randomUUID } from 'node:crypto';
import type { Recorded } from '@syntropic/kernel';
import { Effects, type Action } from '@syntropic/processes';
import { newWork, WorkFixture } from './testing/work-fixture';
import { announceMessage, closeWork, control, enqueue, keepWork, workEffects } from './work-actions';

const fixture = new WorkFixture();
const noCommands = () => Promise.reject(new Error('no command is sent here'));
const noTimers = { start: noCommands, stop: noCommands };

const at = (position: number): Recorded => ({
  position,
  type: 'Stepped',
  data: {},
  stream: 'walk-1',
  version: 1,
  id: randomUUID(),
  metadata: {
    commandId: 'c',
    correlationId: 'r',
    causationId: 'a',
    actor: { kind: 'service', id: 'spec' },
    schemaVersion: 1,
    bodyHash: 'h',
  },
  recordedAt: '2026-01-01T00:00:00.000Z',
});

async function carryOut(action: Action, position: number): Promise<void> {
  const effects = new Effects(noCommands, noTimers, workEffects(fixture.queue));
  await effects.carryOut(action, { process: 'steward', event: at(position), ordinal: 0 });
}

async function stateOf(sessionId: string) {
  const { rows } = await fixture.pool.query<{ state: string; control: string }>(
    'select state, control from ops.work where session_id = $1',
    [sessionId],
  );
  return rows[0];
}

/** The parked workspaces of a runner that it is told to remove. */
async function discardedBy(runner: string, ...parked: readonly string[]) {
  const capabilities = { runner, backends: ['sandbox'], providers: ['command'], slots: 1 };
  return (await fixture.queue.renew({ ...capabilities, leases: [], parked })).discard;
}

describe('work that a process requests', () => {
  it('is queued, controlled and closed', async () => {
    const work = newWork();

    await carryOut(enqueue(work), 1);
    await carryOut(control(work.executionId, 'pause'), 2);
    expect(await stateOf(work.sessionId)).toEqual({ state: 'queued', control: 'pause' });

    await carryOut(closeWork(work.executionId), 3);
    expect(await stateOf(work.sessionId)).toEqual({ state: 'closed', control: 'pause' });
  });

  it.each(['parked by its runner', 'not yet released'])(
    'is closed and kept when it is %s, for its next leg',
    async (when) => {
      const work = newWork();
      await carryOut(enqueue(work), 1);
      const lease = await fixture.claimed('r1');
      await carryOut(control(work.executionId, 'interrupt'), 2);
      expect(await fixture.renewed('r1', lease)).toMatchObject([{ control: 'interrupt', asOf: 2 }]);

      if (when === 'parked by its runner') await fixture.queue.release(lease, 'parked');
      await carryOut(keepWork(work.executionId, [work.sessionId]), 3);
      await fixture.queue.release(lease, 'parked');
      expect(await stateOf(work.sessionId)).toMatchObject({ state: 'closed' });
      expect(await discardedBy('r1', work.sessionId)).toEqual([]);

      await carryOut(enqueue({ ...work, leg: 2, attempt: 2, parkedOn: 'r1' }), 4);
      expect(await stateOf(work.sessionId)).toEqual({ state: 'queued', control: 'run' });
      expect((await fixture.claimed('r1')).token).toBeGreaterThan(lease.token);
      await carryOut(closeWork(work.executionId), 5);
      expect(await discardedBy('r1', work.sessionId)).toEqual([work.sessionId]);
    },
  );

  it('is not changed by a repetition of an older event', async () => {
    const work = newWork();
    await carryOut(enqueue(work), 1);
    await carryOut(control(work.executionId, 'cancel'), 3);

    await carryOut(control(work.executionId, 'pause'), 2);

    expect(await stateOf(work.sessionId)).toEqual({ state: 'queued', control: 'cancel' });
  });
});

describe('a message for the sessions of an execution', () => {
  it('is told to the runner that holds one, at each renewal, and changes no control', async () => {
    const work = newWork();
    await carryOut(enqueue(work), 1);
    const lease = await fixture.claimed('r1');
    await carryOut(control(work.executionId, 'pause'), 2);
    const before = await fixture.renewed('r1', lease);

    await carryOut(announceMessage(work.executionId), 3);
    await carryOut(announceMessage(work.executionId), 3);

    expect(fixture.woken).toEqual(['r1', 'r1', 'r1']);
    expect(before).toEqual([{ sessionId: work.sessionId, held: true, control: 'pause', asOf: 2 }]);
    expect(await fixture.renewed('r1', lease)).toEqual([{ ...before[0], messages: 3 }]);
  });
});

describe('an effect without a handler', () => {
  it('is a fault', async () => {
    const effects = new Effects(noCommands, noTimers, {});

    await expect(effects.carryOut(enqueue(newWork()), { process: 'p', event: at(1), ordinal: 0 })).rejects.toThrow(
      'no handler for the effect enqueue',
    );
  });
});
