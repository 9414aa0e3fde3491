import { ApiKeys, AuditRecords } from '@syntropic/access';
import { commandsOf, ContextsModule } from '@syntropic/context';
import { EventStoreModule } from '@syntropic/event-store';
import { DomainError } from '@syntropic/kernel';
import { CommandsModule, connectNats, DeadLetters, drainAndClose, LocalCommands } from '@syntropic/messaging';
import { createPool } from '@syntropic/postgres';
import { ProcessOperator } from '@syntropic/processes';
import { ProjectionOperator } from '@syntropic/projections';
import { useDatabase, useNats } from '@syntropic/testing';
import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from 'nats';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { operator } from './operator.handlers';
import { QuarantineReplays } from './quarantine/quarantine-replays';

const database = useDatabase();
const server = useNats();

const LETTER = randomUUID();
const KEY = { keyId: 'key-0123456789ab', secretHash: 'a'.repeat(64), lifetimeDays: 1 };

/** The data of each command of operators and administrators, and what its record is about. */
const COMMANDS: Readonly<Record<string, readonly [data: object, subject: string]>> = {
  RetryProjection: [{ projection: 'session' }, 'projection-session'],
  ParkEvent: [{ projection: 'session', position: 1, reason: 'x' }, 'projection-session'],
  StartRebuild: [{ projection: 'session' }, 'projection-session'],
  AcceptRebuild: [{ projection: 'session' }, 'projection-session'],
  StopRebuild: [{ projection: 'session' }, 'projection-session'],
  RetryProcess: [{ process: 'run-phases' }, 'process-run-phases'],
  ParkProcessEvent: [{ process: 'run-phases', position: 1, reason: 'x' }, 'process-run-phases'],
  ReplayDeadLetter: [{ id: LETTER }, `dead-letter-${LETTER}`],
  ReplayQuarantined: [{ id: LETTER }, `quarantine-${LETTER}`],
  ReplayQuarantine: [{ reason: 'late' }, 'quarantine-late'],
  CreateKey: [{ ...KEY, name: 'k', role: 'admin' }, KEY.keyId],
  RotateKey: [{ ...KEY, secretHash: 'b'.repeat(64), graceSeconds: 0 }, KEY.keyId],
  RevokeKey: [{ keyId: KEY.keyId }, KEY.keyId],
};
const REFUSED = {
  AcceptRebuild: 'projection.not_differing',
  ParkEvent: 'projection.not_stopped',
  ParkProcessEvent: 'process.not_failing',
  ReplayDeadLetter: 'dead_letter.not_found',
  ReplayQuarantined: 'quarantine.not_found',
  ReplayQuarantine: 'quarantine.not_found',
};

const messages = commandsOf([operator]).filter(({ context }) => context !== 'audit');

describe('commands that change no stream', () => {
  let pool: Pool;
  let nats: NatsConnection;
  let app: INestApplicationContext;
  beforeAll(async () => {
    pool = createPool(database.urlAs('syn_command_service'), { max: 2 });
    nats = await connectNats({ url: server.url, name: 'command-service' });
    const parts = [
      { provide: AuditRecords, useFactory: () => new AuditRecords(pool) },
      { provide: ApiKeys, useFactory: () => new ApiKeys(pool) },
      { provide: ProjectionOperator, useFactory: () => new ProjectionOperator(pool) },
      { provide: ProcessOperator, useFactory: () => new ProcessOperator(pool) },
      { provide: DeadLetters, useFactory: () => new DeadLetters(pool, nats, 'command-service') },
      { provide: QuarantineReplays, useFactory: () => new QuarantineReplays(pool, nats) },
    ];
    @Global()
    @Module({ providers: parts, exports: parts.map(({ provide }) => provide) })
    class PartsModule {}
    @Module({
      imports: [
        PartsModule,
        EventStoreModule.forRoot({ useFactory: () => ({ pool }) }),
        CommandsModule.of(commandsOf([operator])),
        ContextsModule.of([operator]),
      ],
    })
    class ServiceModule {}
    app = await NestFactory.createApplicationContext(ServiceModule, { logger: false });
  });
  afterAll(async () => {
    await app.close();
    await drainAndClose(nats);
    await pool.end();
  });

  it.each(messages.map(({ context, type }) => [type, context]))(
    '%s is recorded with its outcome',
    async (type, context) => {
      const [data, subject] = COMMANDS[type] ?? [];
      const id = randomUUID();
      const about = {
        commandId: id,
        correlationId: id,
        causationId: id,
        bodyHash: id,
        actor: { kind: 'user', id: 'ada' },
      } as const;
      const answer = await app
        .get(LocalCommands)
        .execute({ context, type, data }, about)
        .catch((error: unknown) => (error instanceof DomainError ? error.code : error));

      const refusal = (REFUSED as Readonly<Record<string, string>>)[type];
      expect(answer).toEqual(refusal ?? { done: true });
      const { rows } = await pool.query(
        'select actor_kind, actor_id, action, subject, outcome, detail from ops.audit_records where command_id = $1',
        [id],
      );
      expect(rows).toEqual([
        {
          actor_kind: 'user',
          actor_id: 'ada',
          action: type,
          subject,
          outcome: refusal ? 'refused' : 'done',
          detail: refusal ? { code: refusal } : {},
        },
      ]);
    },
  );

  it('are forgotten after 400 days, and all but the newest refused requests at once', async () => {
    const records = new AuditRecords(pool);
    const insert = (action: string, days: number, count: number) =>
      database.pool.query(
        `insert into ops.audit_records (recorded_at, actor_kind, actor_id, action, subject, outcome, command_id, correlation_id)
         select clock_timestamp() - make_interval(days => $2), 'user', 'x', $1, 'x', 'done', gen_random_uuid(), 'x'
         from generate_series(1, $3)`,
        [action, days, count],
      );
    await insert('Old', 401, 3);
    await insert('Young', 399, 3);
    await insert('RequestRefused', 1, 100_003);
    await records.forget();

    const { rows } = await pool.query(
      `select action, count(*) as count from ops.audit_records where actor_id = 'x' group by action order by action`,
    );
    expect(rows).toEqual([
      { action: 'RequestRefused', count: 100_000 },
      { action: 'Young', count: 3 },
    ]);
  });
});
