import type { DomainError, CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { useDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Append, Appended, AppendOutcome } from './append';
import { EventAppender } from './event-appender';
import { PostgresEventLog } from './postgres-event-log';

const database = useDatabase();

let pool: Pool;
let appender: EventAppender;
let log: PostgresEventLog;

beforeAll(() => {
  pool = createPool(database.urlAs('syn_command_service'));
  appender = new EventAppender(pool);
  log = new PostgresEventLog(pool);
});
afterAll(() => pool.end());

const aStream = () => `note-${randomUUID()}`;

const command = (changes: Partial<CommandContext> = {}): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: 'of the body',
  ...changes,
});

const noted = (text: string) => ({ type: 'Noted', data: { text } });

const to = (stream: string, expected: number, changes: Partial<Append> = {}): Append => ({
  stream,
  expected,
  events: [noted('first'), noted('second')],
  context: command(),
  ...changes,
});

describe('an append', () => {
  it('records its events with dense versions and positions, and resolves with those of the last one', async () => {
    const stream = aStream();
    const { position: before } = await log.head();

    const outcome = await appender.append(to(stream, 0));

    expect(outcome).toEqual({ is: 'appended', position: before + 2, version: 2 });
    expect(await log.readStream(stream, 0, 10)).toMatchObject([
      {
        position: before + 1,
        version: 1,
        data: { text: 'first' },
        metadata: { actor: { id: 'ada' }, schemaVersion: 1 },
      },
      { position: before + 2, version: 2, data: { text: 'second' } },
    ]);
  });

  it('is refused below and above the version its stream is at', async () => {
    const stream = aStream();
    await appender.append(to(stream, 0));

    expect(await appender.append(to(stream, 0))).toEqual({ is: 'conflict' });
    expect(await appender.append(to(stream, 1))).toEqual({ is: 'conflict' });
    expect(await appender.append(to(stream, 3))).toEqual({ is: 'conflict' });
    expect(await appender.append(to(stream, 2))).toMatchObject({ is: 'appended', version: 4 });
  });

  it('fails alone when others are in the same call', async () => {
    const [taken, free] = [aStream(), aStream()];
    await appender.append(to(taken, 0));
    const { position } = await log.head();

    const outcomes = await Promise.all([
      appender.append(to(taken, 0)),
      appender.append(to(free, 0)),
      appender.append(to(free, 0)),
      appender.append(to(taken, 2)),
    ]);

    expect(outcomes).toEqual([
      { is: 'conflict' },
      { is: 'appended', position: position + 2, version: 2 },
      { is: 'conflict' },
      { is: 'appended', position: position + 4, version: 4 },
    ]);
  });

  it('rejects only its own caller when the data cannot be stored', async () => {
    const unstorable = [noted('NUL \u0000'), noted('half a pair \ud800')];

    const [nul, half, fine] = await Promise.allSettled([
      appender.append(to(aStream(), 0, { events: unstorable.slice(0, 1) })),
      appender.append(to(aStream(), 0, { events: unstorable.slice(1) })),
      appender.append(to(aStream(), 0)),
    ]);

    expect(nul).toMatchObject({ reason: { code: 'event.not_storable', refusal: 'invalid' } });
    expect(half).toMatchObject({ reason: { code: 'event.not_storable', refusal: 'invalid' } });
    expect(fine).toMatchObject({ value: { is: 'appended' } });
  });

  it('is refused before it is sent when an event is larger than 2 MiB', async () => {
    const ofBytes = (bytes: number) => [noted('ä'.repeat((bytes - '{"text":""}'.length) / 2))];
    const limit = 2 * 1024 * 1024 - 1;

    await expect(appender.append(to(aStream(), 0, { events: ofBytes(limit + 2) }))).rejects.toMatchObject({
      code: 'event.too_large',
      refusal: 'invalid',
    } satisfies Partial<DomainError>);
    expect(await appender.append(to(aStream(), 0, { events: ofBytes(limit) }))).toMatchObject({ is: 'appended' });
  });

  it('is announced with its events as the log has them, once per call', async () => {
    const announced: Appended[] = [];
    const announcing = new EventAppender(pool, { onAppended: (appended) => announced.push(appended) });
    const { position: before, epoch } = await log.head();
    const guarded = to(aStream(), 0, { reservations: [{ claim: { scope: 'announced', key: aStream() } }] });
    const plain = to(aStream(), 0);

    await Promise.all([guarded, plain].map((append) => announcing.append(append)));
    await announcing.append(to(plain.stream, 0));

    const { events } = await log.read(before);
    expect(announced).toMatchObject([{ epoch, first: before + 1, last: before + 4, events }]);
  });
});

describe('a command that is sent again', () => {
  it('gets its first outcome, also after later appends', async () => {
    const [append, stream] = [to(aStream(), 0), aStream()];
    const guarded = to(stream, 0, { reservations: [{ claim: { scope: 'name', key: stream } }] });
    const first = [await appender.append(append), await appender.append(guarded)];
    await appender.append(to(append.stream, 2));

    const again = await Promise.all([append, guarded].map((each) => appender.append(each)));

    expect(again).toEqual(first.map((outcome) => ({ ...outcome, is: 'replayed' })));
  });

  it('is refused with another body, or for another stream', async () => {
    const append = to(aStream(), 0);
    await appender.append(append);
    const otherBody = { ...append, context: { ...append.context, bodyHash: 'of another body' } };

    expect(await appender.append(otherBody)).toEqual({ is: 'id_reused' });
    expect(await appender.append({ ...append, stream: aStream() })).toEqual({ is: 'id_reused' });
  });

  it('is recorded once when both are in flight', async () => {
    const append = to(aStream(), 0);

    const outcomes = await Promise.all([appender.append(append), appender.append(append)]);

    expect(outcomes.map(({ is }) => is)).toEqual(['appended', 'conflict']);
  });
});

describe('guards', () => {
  it('refuse a decision whose reads have changed', async () => {
    const [read, other] = [aStream(), aStream()];
    await appender.append(to(read, 0));

    expect(await appender.append(to(other, 0, { reads: [{ stream: read, version: 1 }] }))).toEqual({ is: 'outdated' });
    expect(await appender.append(to(other, 0, { reads: [{ stream: read, version: 2 }] }))).toMatchObject({
      is: 'appended',
    });
  });

  it('let one stream hold a key until it releases it', async () => {
    const [holder, rival, scope] = [aStream(), aStream(), aStream()];
    const claim = { claim: { scope, key: 'k' } };
    const release = { release: { scope, key: 'k' } };
    const outcomes: AppendOutcome[] = [];
    for (const [stream, expected, reservation] of [
      [holder, 0, claim],
      [rival, 0, claim],
      [holder, 2, claim],
      [rival, 0, release],
      [rival, 2, claim],
      [holder, 4, release],
      [rival, 2, claim],
    ] as const) {
      outcomes.push(await appender.append(to(stream, expected, { reservations: [reservation] })));
    }

    expect(outcomes).toMatchObject([
      { is: 'appended' },
      { is: 'claimed', at: 0, by: holder },
      { is: 'appended' },
      { is: 'appended' },
      { is: 'claimed', at: 0, by: holder },
      { is: 'appended' },
      { is: 'appended' },
    ]);
  });

  it('claim nothing for a refused append', async () => {
    const [holder, rival, scope] = [aStream(), aStream(), aStream()];
    const claim = (key: string) => ({ claim: { scope, key } });
    await appender.append(to(holder, 0, { reservations: [claim('taken')] }));

    const both = await appender.append(to(rival, 0, { reservations: [claim('free'), claim('taken')] }));

    expect(both).toEqual({ is: 'claimed', at: 1, by: holder });
    expect(await appender.append(to(holder, 2, { reservations: [claim('free')] }))).toMatchObject({ is: 'appended' });
  });

  it('know whether a scope is empty', async () => {
    const [member, owner, scope] = [aStream(), aStream(), aStream()];
    const closing = () => appender.append(to(owner, 0, { reservations: [{ empty: { scope } }] }));
    await appender.append(to(member, 0, { reservations: [{ claim: { scope, key: member } }] }));
    expect(await closing()).toEqual({ is: 'not_empty', at: 0 });

    await appender.append(to(member, 2, { reservations: [{ release: { scope, key: member } }] }));
    expect(await closing()).toMatchObject({ is: 'appended' });
  });

  it('refuse a lease that does not hold', async () => {
    const context = command({ lease: { sessionId: randomUUID(), token: 1 } });

    expect(await appender.append(to(aStream(), 0, { context }))).toEqual({ is: 'fenced' });
  });
});

describe('the database', () => {
  it.each(['update log.events set type = type', 'delete from log.events', 'truncate log.events'])(
    'refuses "%s", even to the owner',
    async (change) => {
      await appender.append(to(aStream(), 0));

      await expect(database.pool.query(change)).rejects.toThrow('append-only');
    },
  );

  it('lets a service append in no other way', async () => {
    await expect(pool.query('update log.log_head set position = 0')).rejects.toThrow('permission denied');
    await expect(pool.query(`select log.append_winners('[]', 0, now())`)).rejects.toThrow('permission denied');
    await expect(pool.query('insert into log.events default values')).rejects.toThrow('permission denied');
  });
});
