import type { CommandContext } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { createDatabase, eventually, usePostgres, TcpProxy, type OwnDatabase } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { AppendOutcomeUnknown } from './append';
import { EventAppender } from './event-appender';
import { PostgresEventLog } from './postgres-event-log';

const postgres = usePostgres();

let database: OwnDatabase;
let pool: Pool;
let log: PostgresEventLog;

beforeAll(async () => {
  database = await createDatabase(postgres.url);
  pool = createPool(database.urlAs('syn_command_service'));
  log = new PostgresEventLog(pool);
});
afterAll(() => Promise.all([pool.end(), database.pool.end()]));

const appendTo = (stream: string) => {
  const context: CommandContext = {
    commandId: randomUUID(),
    correlationId: stream,
    causationId: stream,
    actor: { kind: 'user', id: 'ada' },
    bodyHash: stream,
  };
  return { stream, expected: 0, events: [{ type: 'Noted', data: {} }], context };
};

const appends = () => Array.from({ length: 40 }, () => appendTo(`note-${randomUUID()}`));

describe('while Postgres is away', () => {
  it('appends wait, and each is recorded once when it is back', async () => {
    const appender = new EventAppender(pool);
    const { position } = await log.head();
    const waiting = appends().map((append) => appender.append(append));
    await postgres.kill();
    waiting.push(...appends().map((append) => appender.append(append)));
    await postgres.start();

    const outcomes = await Promise.all(waiting);

    const confirmed = outcomes.flatMap((outcome) => ('position' in outcome ? outcome.position : []));
    const recorded = await eventually(async () => (await log.read(position)).events);
    expect(confirmed.toSorted((a, b) => a - b)).toEqual(recorded.map((event) => event.position));
    expect(confirmed).toHaveLength(80);
  });

  it('an append times out, and sending it again gets its outcome', async () => {
    const appender = new EventAppender(pool, { giveUpAfterMs: 200 });
    const append = appendTo(`note-${randomUUID()}`);
    await postgres.stop();

    await expect(appender.append(append)).rejects.toThrow(AppendOutcomeUnknown);
    await postgres.start();

    await eventually(async () => {
      expect(await appender.append(append)).toMatchObject({ is: 'appended' });
    });
  });
});

describe('while Postgres is away and the process shuts down', () => {
  it('appends do not wait', async () => {
    const appender = new EventAppender(pool, { giveUpAfterMs: 600_000 });
    await postgres.stop();
    const before = appender.append(appendTo(`note-${randomUUID()}`));

    appender.onModuleDestroy();
    const after = appender.append(appendTo(`note-${randomUUID()}`));

    await expect(before).rejects.toThrow(AppendOutcomeUnknown);
    await expect(after).rejects.toThrow(AppendOutcomeUnknown);
    await postgres.start();
  });
});

describe('when the connection to Postgres goes silent', () => {
  it('an append that had arrived is recorded once, and confirmed over another connection', async () => {
    const wire = await TcpProxy.to(database.urlAs('syn_command_service'));
    const cutOff = createPool(wire.url);
    const appender = new EventAppender(cutOff);
    const append = appendTo(`note-${randomUUID()}`);
    await appender.append(appendTo(`note-${randomUUID()}`));
    const lock = await database.pool.connect();
    await lock.query('begin; select from log.log_head for update');
    const appended = appender.append(append);
    await eventually(async () => (await waitingForLocks()) === 1);

    wire.silence();
    await lock.query('commit');
    lock.release();
    wire.mend();

    await expect(appended).resolves.toMatchObject({ is: 'replayed', version: 1 });
    await expect(log.readStream(append.stream, 0, 10)).resolves.toHaveLength(1);
    await cutOff.end();
    wire.cut();
  });

  async function waitingForLocks(): Promise<number> {
    const { rows } = await pool.query<{ count: number }>(
      `select count(*) from pg_stat_activity where wait_event_type = 'Lock' and query like '%append_events%'`,
    );
    return rows[0]?.count ?? 0;
  }
});
