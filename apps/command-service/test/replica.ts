import { Global, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BudgetLedger } from '@syntropic/budgets';
import { commandsOf, ContextsModule } from '@syntropic/context';
import { EventStoreModule } from '@syntropic/event-store';
import { DomainError, type CommandMessage, type InputOf } from '@syntropic/kernel';
import { CommandsModule, LocalCommands } from '@syntropic/messaging';
import { Runners } from '@syntropic/orchestration/application';
import { GITHUB_COM, GithubServer } from '@syntropic/orchestration/contracts';
import { createPool } from '@syntropic/postgres';
import { eventually, type useDatabase } from '@syntropic/testing';
import { CheckpointNotes, WorkQueue } from '@syntropic/work';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

type Database = ReturnType<typeof useDatabase>;
type Context = Parameters<typeof ContextsModule.of>[0][number];

/** A replica of the service with some of its contexts: its own connections, and its own memory of states. */
export class Replica {
  private constructor(
    readonly pool: Pool,
    private readonly app: INestApplicationContext,
  ) {}

  static async start(database: Database, ...contexts: readonly Context[]): Promise<Replica> {
    const pool = createPool(database.urlAs('syn_command_service'), { max: 4 });
    const useFactory = () => ({ pool });
    const runners: Runners = { capabilities: () => Promise.resolve(() => true) };
    const work = [
      { provide: WorkQueue, useFactory: () => new WorkQueue(pool, { hint: () => undefined, wake: () => undefined }) },
      { provide: CheckpointNotes, useFactory: () => new CheckpointNotes(pool) },
      { provide: BudgetLedger, useFactory: () => new BudgetLedger(pool) },
      { provide: Runners, useValue: runners },
      { provide: GithubServer, useValue: GITHUB_COM },
    ];
    @Global()
    @Module({ providers: work, exports: work.map(({ provide }) => provide) })
    class WorkModule {}
    @Module({
      imports: [
        WorkModule,
        EventStoreModule.forRoot({ useFactory }),
        CommandsModule.of(commandsOf(contexts)),
        ContextsModule.of(contexts),
      ],
    })
    class ReplicaModule {}
    return new Replica(pool, await NestFactory.createApplicationContext(ReplicaModule, { logger: false }));
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.pool.end();
  }

  readonly execute: LocalCommands['execute'] = (command, about) => this.app.get(LocalCommands).execute(command, about);

  /** The answer to a command; with the id of an earlier one it is the same command, sent again. */
  ask<M extends CommandMessage>(message: M, data: InputOf<M>, id: string = randomUUID()): Promise<unknown> {
    const about = { commandId: id, correlationId: id, causationId: id, bodyHash: id };
    return this.execute({ ...message, data }, { ...about, actor: { kind: 'user', id: 'ada' } });
  }

  /** `done`, or the code of the refusal. */
  async send<M extends CommandMessage>(message: M, data: InputOf<M>): Promise<string> {
    try {
      await this.ask(message, data);
      return 'done';
    } catch (error) {
      if (error instanceof DomainError) return error.code;
      throw error;
    }
  }
}

/** The answers to two commands that are both decided before either is appended: the head of the log is locked until both wait. */
export const decidedTogether =
  (database: Database) =>
  async <Answer>(first: () => Promise<Answer>, second: () => Promise<Answer>): Promise<readonly Answer[]> => {
    const lock = await database.pool.connect();
    try {
      await lock.query('begin; select from log.log_head for update');
      const answers = Promise.all([first(), second()]);
      await eventually(async () => (await waiting(database)) === 2, { within: 60_000 });
      await lock.query('commit');
      return await answers;
    } finally {
      lock.release();
    }
  };

async function waiting({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ appends: number }>(
    `select count(*)::int as appends from pg_stat_activity
     where datname = current_database() and usename = 'syn_command_service' and wait_event_type = 'Lock'`,
  );
  return rows[0]?.appends ?? 0;
}
