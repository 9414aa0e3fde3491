import type { Reservation } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import type { Append } from './append';
import { EventAppender } from './event-appender';
import { PostgresEventLog } from './postgres-event-log';
import { LogModel } from './testing/log-model';

const database = useDatabase();

const HELD = { sessionId: randomUUID(), token: 2 };
const LEASED = `
  insert into ops.work (session_id, execution_id, workflow_id, phase_id, attempt, leg, backend, provider, as_of, state, runner, token, expires_at)
  values ($1, 'exec-1', 'w', 'p', 1, 1, 'process', 'simulated', 0, 'leased', 'r', $2, 'infinity')`;

/** Few streams, commands and keys, so that appends conflict. Versions are given as the distance from the current one. */
const stream = fc.nat({ max: 3 });
const distance = fc.constantFrom(0, 0, 0, 0, -1, 1);
const key = fc.record({ scope: fc.nat({ max: 1 }), key: fc.nat({ max: 2 }) });
const planned = fc.record({
  command: fc.nat({ max: 11 }),
  body: fc.constantFrom('one', 'one', 'one', 'another'),
  stream,
  distance,
  events: fc.integer({ min: 1, max: 3 }),
  lease: fc.constantFrom('none', 'none', 'held', 'lost'),
  reads: fc.array(fc.record({ stream, distance }), { maxLength: 1 }),
  reservations: fc.array(
    fc.oneof(
      key.map((claim) => ({ claim })),
      key.map((release) => ({ release })),
      key.map((empty) => ({ empty })),
    ),
    { maxLength: 2 },
  ),
});

type Planned = typeof planned extends fc.Arbitrary<infer Value> ? Value : never;

const batches = fc.array(fc.array(planned, { minLength: 1, maxLength: 10 }), { minLength: 1, maxLength: 6 });

describe('appends in one call', () => {
  it('get the outcomes that the model of the log gives them', async () => {
    const pool = createPool(database.urlAs('syn_command_service'));
    const appender = new EventAppender(pool);
    const log = new PostgresEventLog(pool);
    await database.pool.query(LEASED, [HELD.sessionId, HELD.token]);

    const property = fc.asyncProperty(batches, async (plan) => {
      const model = new LogModel((await log.head()).position, HELD);
      const appendIn = appendsOfRun(model);
      for (const batch of plan) {
        const appends = batch.map(appendIn);
        const outcomes = await Promise.all(appends.map((append) => appender.append(append)));
        expect(outcomes).toEqual(model.appendTogether(appends));
      }
    });
    await fc.assert(property, { numRuns: 150 });
    await pool.end();
  });
});

/** Streams, commands and keys are unique to each run, so that the same plan can be run again. */
function appendsOfRun(model: LogModel): (plan: Planned) => Append {
  const run = randomUUID();
  const commandIds = Array.from({ length: 12 }, () => randomUUID());
  const nameOf = (number: number) => `count-${run}-${number}`;
  const versionNear = (name: string, far: number) => Math.max(0, model.versionOf(name) + far);
  const reservationOf = (reservation: Planned['reservations'][number]): Reservation => {
    if ('claim' in reservation) return { claim: keyOf(reservation.claim) };
    if ('release' in reservation) return { release: keyOf(reservation.release) };
    return { empty: { scope: keyOf(reservation.empty).scope } };
  };
  const keyOf = (each: { scope: number; key: number }) => ({ scope: `${run}-${each.scope}`, key: String(each.key) });

  return (plan) => {
    const commandId = commandIds[plan.command] ?? run;
    const actor = { kind: 'service', id: 'append-outcomes' } as const;
    return {
      stream: nameOf(plan.stream),
      expected: versionNear(nameOf(plan.stream), plan.distance),
      events: Array.from({ length: plan.events }, () => ({ type: 'Counted', data: {} })),
      context: {
        commandId,
        correlationId: run,
        causationId: run,
        actor,
        bodyHash: plan.body,
        ...(plan.lease !== 'none' && {
          lease: { ...HELD, token: plan.lease === 'held' ? HELD.token : HELD.token - 1 },
        }),
      },
      reads: plan.reads.map((read) => ({
        stream: nameOf(read.stream),
        version: versionNear(nameOf(read.stream), read.distance),
      })),
      reservations: plan.reservations.map(reservationOf),
    };
  };
}
