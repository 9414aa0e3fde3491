import { randomUUID } from 'node:crypto';
import { EventAppender, LogReader, PostgresEventLog } from '@syntropic/event-store';
import { commands, contract, type CommandContext, type Event } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { eventually, useDatabase } from '@syntropic/testing';
import type { NatsConnection } from 'nats';
import type { Pool } from 'pg';
import { z } from 'zod';
import { send } from '../action';
import type { EffectHandlers } from '../effect';
import { Effects } from '../effects';
import { process, type Process } from '../process';
import { PROCESSES } from '../process-positions';
import { processStates, type ProcessState } from '../process-states';
import { ProcessRunner } from '../process-runner';
import type { SendCommand } from '../send-command';
import { Timers } from '../timers';
import type { CountedCommands } from './counted-commands';

export const { Note } = commands('notes', { Note: { step: z.number(), part: z.string() } });

export const walk = contract('notes', 'walk', {
  key: 'walkId',
  commands: {},
  events: { Stepped: { walkId: z.string(), step: z.number() } },
});

export type Stepped = Event<'Stepped', { step: number }>;

export const stepped = (step: number): Stepped => ({ type: 'Stepped', data: { step } });

export const anExecution = (): string => `exec-${randomUUID().slice(-12)}`;

/** The notes of an execution of so many steps. */
export const allNotes = (steps: number) =>
  Array.from({ length: steps }, (_, step) => [
    { step, part: 'begin' },
    { step, part: 'end' },
  ]).flat();

/** The notes of an execution, in the order in which they were first carried out. */
export const notesOf = (commands: CountedCommands, executionId: string): readonly object[] =>
  commands.carriedOut.filter(({ about }) => about.executionId === executionId).map(({ data }) => data);

/** Commands of each process go to a handler of its own. */
export const bySender =
  (handlers: Readonly<Record<string, CountedCommands>>): SendCommand =>
  (command, about) => {
    const handler = handlers[about.actor.id];
    if (!handler) throw new Error(`no handler for ${about.actor.id}`);
    return handler.send(command, about);
  };

type RunOptions = Readonly<{ pool?: Pool; nats?: NatsConnection; effects?: EffectHandlers }>;

/** Processes on a log of the spec file's own. Runners are stopped after each spec at the latest. */
export class ProcessHarness {
  readonly #database = useDatabase();
  readonly #runs: AbortController[] = [];
  readonly #pools: Pool[] = [];

  constructor() {
    afterEach(() => this.stop());
  }

  /** For replicas whose connections a spec breaks. */
  get url(): string {
    return this.#database.urlAs('syn_command_service');
  }

  get pool(): Pool {
    return this.#database.pool;
  }

  /** Connections of a replica of its own, as command-service has them. */
  ownPool(): Pool {
    const pool = createPool(this.url);
    this.#pools.push(pool);
    return pool;
  }

  async register(name: string): Promise<void> {
    await this.pool.query('select ops.register_process($1)', [name]);
  }

  /** A process that notes each step twice, registered at the head of this moment. */
  async noteTaker(): Promise<Process> {
    const name = `note-taker-${randomUUID()}`;
    await this.register(name);
    return process(walk)({
      name,
      on: {
        Stepped: ({ data: { step } }) => [send(Note, { step, part: 'begin' }), send(Note, { step, part: 'end' })],
      },
    });
  }

  /** Runs as the replica that leads from now on, until the spec ends; rejects as the runner does. */
  run(running: Process | readonly Process[], sending: SendCommand, options: RunOptions = {}): Promise<void> {
    const { pool = this.ownPool(), nats } = options;
    const until = new AbortController();
    this.#runs.push(until);
    const events = new PostgresEventLog(pool);
    const runner = new ProcessRunner([running].flat(), {
      pool,
      events,
      reader: new LogReader(events, nats),
      effects: new Effects(sending, new Timers(pool, sending, silent), options.effects),
      log: silent,
      backOffMs: 1,
    });
    const run = this.#lead().then((owner) => runner.run({ owner, signal: until.signal }));
    run.catch(() => undefined);
    return run;
  }

  /** Takes the lease, from another replica if need be. */
  async #lead(): Promise<string> {
    const owner = randomUUID();
    await this.pool.query(
      `insert into ops.leases (name, owner, expires_at) values ($1, $2, 'infinity')
       on conflict (name) do update set owner = excluded.owner`,
      [PROCESSES, owner],
    );
    return owner;
  }

  async stop(): Promise<void> {
    for (const run of this.#runs.splice(0)) run.abort();
    for (const pool of this.#pools.splice(0)) if (!pool.ending) await pool.end();
  }

  /** Records in a new stream: the metadata alone names the execution. */
  async record(executionId: string, ...events: readonly Event[]): Promise<CommandContext> {
    const context = contextOf(executionId);
    await this.#append(`note-${randomUUID()}`, events, context);
    return context;
  }

  async recordSteps(executionId: string, ...steps: readonly number[]): Promise<void> {
    for (const step of steps) await this.record(executionId, stepped(step));
  }

  /** The position at which a step of an execution was recorded. */
  async positionOf(executionId: string, step: number): Promise<number> {
    const { rows } = await this.pool.query<{ position: number }>(
      `select position from log.events where metadata ->> 'executionId' = $1 and (data ->> 'step')::int = $2`,
      [executionId, step],
    );
    return rows[0]?.position ?? 0;
  }

  /** Records without an execution in the metadata: the stream's name alone says it. */
  async recordInStream(stream: string, event: Event): Promise<void> {
    await this.#append(stream, [event], contextOf(undefined));
  }

  async rowOf({ name }: Process) {
    const { rows } = await this.pool.query<{ position: number; status: string; error: string | null }>(
      'select position, status, error from ops.processes where name = $1',
      [name],
    );
    return rows[0];
  }

  /** The positions in the backlog of a process. */
  async backlogOf({ name }: Process): Promise<readonly number[]> {
    const { rows } = await this.pool.query<{ position: number }>(
      'select position from ops.process_backlog where process = $1 order by position',
      [name],
    );
    return rows.map(({ position }) => position);
  }

  async stateOf({ name }: Process): Promise<ProcessState | undefined> {
    return (await processStates(this.pool)).find((state) => state.name === name);
  }

  /** Resolves when the process has read the whole log, and carried out or set aside each event. */
  async readUpToHead({ name }: Process): Promise<void> {
    await eventually(async () => {
      const { rows } = await this.pool.query<{ isLevel: boolean }>(
        `select p.reader_position = h.position as "isLevel" from ops.processes p, log.log_head h where p.name = $1`,
        [name],
      );
      return rows[0]?.isLevel ?? false;
    });
  }

  /** Resolves when the process has carried out the whole log. */
  async caughtUp(running: Process): Promise<void> {
    const log = new PostgresEventLog(this.pool);
    await eventually(async () => (await this.rowOf(running))?.position === (await log.head()).position);
  }

  async #append(stream: string, events: readonly Event[], context: CommandContext): Promise<void> {
    await new EventAppender(this.pool).append({ stream, expected: 0, events, context });
  }
}

const silent = { debug: () => undefined, warn: () => undefined };

const contextOf = (executionId: string | undefined): CommandContext => ({
  commandId: randomUUID(),
  correlationId: randomUUID(),
  causationId: randomUUID(),
  actor: { kind: 'user', id: 'ada' },
  bodyHash: 'of the body',
  ...(executionId && { executionId }),
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
});
