import { agentSessions } from '@syntropic/agent-sessions/application';
import { agentSession } from '@syntropic/agent-sessions/contracts';
import { SessionId, usageOfModels, type Usage } from '@syntropic/kernel';
import { repriceStore, repriceAllSessions, PostgresTelemetryStore, TelemetryReader } from '@syntropic/telemetry';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { Replica } from '../../test/replica';
import { SessionRepricings } from './session-repricings';

const database = useDatabase();
const { StartSession, CompleteSession } = agentSession.commands;

let replica: Replica;
beforeAll(async () => {
  replica = await Replica.start(database, agentSessions);
});
afterAll(() => replica.stop());
beforeEach(() => database.pool.query('truncate ops.session_repricings; truncate telemetry.usage'));

const log = { warn: () => undefined };
const repricings = (send = replica.execute) =>
  new SessionRepricings(replica.pool, { telemetry: new TelemetryReader(replica.pool), send, log });

/** Prices all calls at this many dollars. */
const priceAt = (dollars: string) =>
  repriceStore(database.pool, { version: `${dollars} dollars`, price: () => dollars });

const used = (costUsd: string | null, inputTokens = 1_000): Usage =>
  usageOfModels({
    m: { inputTokens, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0, costUsd },
  });

const anExecutionId = () => `exec-${randomUUID().slice(-12)}`;

/** Stores a model call without a price. */
async function called(ids: Readonly<{ sessionId: string; executionId: string }>): Promise<void> {
  const counts = { input_tokens: 1_000, output_tokens: 0, cache_creation_tokens: 0, cache_read_tokens: 0 };
  const data = { ...counts, model: 'm', price_table: 'none', complete: true };
  const about = { id: randomUUID(), time: new Date().toISOString(), phaseId: 'plan' };
  await new PostgresTelemetryStore(database.pool).insert([
    { events: [{ ...ids, ...about, type: 'model_call', data }] },
  ]);
}

/** A session whose one call had no price. */
async function begun() {
  const [sessionId, executionId] = [randomUUID(), anExecutionId()];
  const ids = { sessionId: SessionId.parse(sessionId), executionId };
  await replica.ask(StartSession, { ...ids, workflowId: 'w', phaseId: 'plan', provider: 'claude' });
  await called(ids);
  const end = (usage: Usage) => replica.ask(CompleteSession, { ...ids, status: 'completed', usage });
  return { ...ids, end };
}

async function ended(usage = used(null)) {
  const session = await begun();
  await session.end(usage);
  return session;
}

async function costsOf({ sessionId }: { sessionId: string }): Promise<readonly unknown[]> {
  const { rows } = await database.pool.query<{ after: unknown }>(
    `select data -> 'after' ->> 'costUsd' as after from log.events where type = 'SessionRepriced' and stream_id = $1 order by position`,
    [`session-${sessionId}`],
  );
  return rows.map(({ after }) => after);
}

async function waiting() {
  const { rows } = await database.pool.query<{ session_id: string; due: boolean; refusal: string | null }>(
    `select session_id, due_at <= clock_timestamp() as due, refusal from ops.session_repricings order by session_id`,
  );
  return rows;
}

describe('sessions whose calls were priced again', () => {
  it('record their costs, once for each price table', async () => {
    const session = await ended();
    await priceAt('2');
    await expect(repricings().look()).resolves.toBe(1);
    await priceAt('2');
    await repriceAllSessions(database.pool);
    await expect(repricings().look()).resolves.toBe(1);
    await priceAt('3');
    await repricings().look();

    await expect(costsOf(session)).resolves.toEqual(['2', '3']);
    await expect(waiting()).resolves.toEqual([]);
    const { rows } = await database.pool.query(
      `select data ->> 'priceTable' as "priceTable", metadata ->> 'executionId' as "executionId",
         metadata -> 'actor' as actor from log.events where type = 'SessionRepriced' order by position limit 1`,
    );
    expect(rows).toEqual([
      {
        priceTable: '2 dollars',
        executionId: session.executionId,
        actor: { kind: 'service', id: 'session-repricing' },
      },
    ]);
  });

  it('are those of the same transaction: after a death before the commands, and during them, the rest is done', async () => {
    const sessions = [await ended(), await ended(), await ended()];
    await priceAt('2');
    const dying = repricings(async (command, about) => {
      await replica.execute(command, about);
      throw new Error('the process dies after the append');
    });
    await expect(dying.look()).rejects.toThrow('dies');
    await database.pool.query('update ops.session_repricings set due_at = clock_timestamp()');
    await repricings().look();

    await expect(Promise.all(sessions.map(costsOf))).resolves.toEqual([['2'], ['2'], ['2']]);
    await expect(waiting()).resolves.toEqual([]);
  });

  it('one of which fails do not keep the others', async () => {
    const [one, other] = [await ended(), await ended()];
    await priceAt('2');
    const failing = repricings((command, about) =>
      about.executionId === one.executionId ? Promise.reject(new Error('away')) : replica.execute(command, about),
    );
    await expect(failing.look()).rejects.toThrow('away');

    await expect(costsOf(other)).resolves.toEqual(['2']);
    await expect(waiting()).resolves.toEqual([{ session_id: one.sessionId, due: false, refusal: null }]);
  });

  it('wait for their end', async () => {
    const session = await begun();
    await priceAt('2');
    await repricings().look();
    await expect(waiting()).resolves.toMatchObject([{ session_id: session.sessionId, due: false, refusal: null }]);

    await session.end(used(null));
    await database.pool.query('update ops.session_repricings set due_at = clock_timestamp()');
    await repricings().look();
    await expect(costsOf(session)).resolves.toEqual(['2']);
  });

  it('that recorded other tokens keep their costs, and say so', async () => {
    const session = await ended(used('1', 7));
    await priceAt('2');
    await repricings().look();

    await expect(costsOf(session)).resolves.toEqual([]);
    await expect(waiting()).resolves.toEqual([
      { session_id: session.sessionId, due: null, refusal: expect.stringContaining('session.other_usage') as string },
    ]);
  });

  it('that are asked for again while their command is under way stay due', async () => {
    const session = await ended();
    await priceAt('2');
    const late = repricings(async (command, about) => {
      await priceAt('3');
      return replica.execute(command, about);
    });
    await late.look();
    await expect(waiting()).resolves.toMatchObject([{ session_id: session.sessionId, due: true }]);
    await repricings().look();
    await expect(costsOf(session)).resolves.toEqual(['2', '3']);
  });

  it('that have no stream are those of others', async () => {
    await called({ sessionId: randomUUID(), executionId: anExecutionId() });
    await priceAt('2');
    await repricings().look();
    await expect(waiting()).resolves.toEqual([]);
  });
});
