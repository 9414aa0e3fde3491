import { inParallel, pause, repeat } from '@syntropic/async';
import type { EventLog, LogReader } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { BacklogRunner } from './backlog-runner';
import type { Effects } from './effects';
import type { Process } from './process';
import { ProcessBacklog } from './process-backlog';
import { PositionLost, ProcessPositions, type ProcessPosition } from './process-positions';
import { ProcessProgress, type Job } from './process-progress';
import { QUICK_ATTEMPTS, Reactions } from './reactions';
import { runTogether } from './run-together';

export type ProcessRunnerOptions = Readonly<{
  pool: Pool;
  events: EventLog;
  reader: Pick<LogReader, 'follow'>;
  effects: Effects;
  log: Pick<Logger, 'debug' | 'warn'>;
  /** The first pause after a fault; each further one is twice as long, up to half a minute. */
  backOffMs?: number;
}>;

const JOBS_AT_ONCE = 32;
/** Positions are written behind what was done: after a death a little more is repeated, and the store has less to do. */
const SAVE_EVERY_MS = 500;
const RETRY_MS = 250;
const LOOK_FOR_POSITION_MS = 2_000;
const BACK_OFF_MS = 100;

const LOG_RESTORED = 'the log was restored: an operator names the position behind which the process goes on';

/** The work of the leader of all processes, for one term. */
export class ProcessTerm {
  readonly #positions: ProcessPositions;
  readonly #reactions: Reactions;
  readonly #backOffMs: number;
  readonly #progresses: ProcessProgress[] = [];
  /** Processes that share the reader; the others are behind it and read the log from Postgres. */
  readonly #level = new Set<ProcessProgress>();
  /** The position of the shared reader. */
  #cursor = 0;

  constructor(
    private readonly processes: readonly Process[],
    private readonly owner: string,
    private readonly options: ProcessRunnerOptions,
  ) {
    const { pool, effects, log, backOffMs = BACK_OFF_MS } = options;
    this.#backOffMs = backOffMs;
    this.#positions = new ProcessPositions(pool, owner);
    this.#reactions = new Reactions({ pool, effects, log, backOffMs });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { pool, events, reader, log } = this.options;
    const positions = await this.#load();
    this.#cursor = Math.max(...positions.filter(({ isInThisLog }) => isInThisLog).map(({ position }) => position));
    const backlog = new BacklogRunner(this.#progresses, {
      events,
      backlog: new ProcessBacklog(pool, this.owner),
      reactions: this.#reactions,
      log,
      backOffMs: this.#backOffMs * 2 ** QUICK_ATTEMPTS,
    });

    await runTogether(
      [
        ...this.processes.map((process) => (until: AbortSignal) => this.#join(process, positions, until)),
        (until) => reader.follow(this.#cursor, (batch) => this.#apply(batch, until), until),
        (until) => this.#saveRegularly(until),
        (until) => backlog.run(until),
      ],
      signal,
    );
    await this.#save();
  }

  /** @throws Error when no process can go on in this log */
  async #load(): Promise<readonly ProcessPosition[]> {
    const positions = await this.#positions.load(this.processes.map(({ name }) => name));
    const stopped = positions.filter(({ isInThisLog }) => !isInThisLog).map(({ process }) => process);
    if (stopped.length > 0) await this.#positions.stop(stopped, LOG_RESTORED);
    if (stopped.length === positions.length) throw new Error(LOG_RESTORED);
    return positions;
  }

  /** Brings a process level with the shared reader, from Postgres. */
  async #join(process: Process, positions: readonly ProcessPosition[], signal: AbortSignal): Promise<void> {
    const start = await this.#startOf(process, positions, signal);
    if (!start) return;

    const progress = new ProcessProgress(process, start);
    this.#progresses.push(progress);
    while (!signal.aborted && progress.position < this.#cursor) {
      const batch = await this.#read(progress.position);
      if (batch.length > 0) await this.#react([progress], batch, signal);
      else await pause(RETRY_MS, signal);
    }
    this.#level.add(progress);
  }

  /** A position of another log means nothing in this one: waits until an operator has named one. */
  async #startOf(
    { name }: Process,
    positions: readonly ProcessPosition[],
    signal: AbortSignal,
  ): Promise<ProcessPosition | undefined> {
    let start = positions.find(({ process }) => process === name);
    while (!start?.isInThisLog && !signal.aborted) {
      await pause(LOOK_FOR_POSITION_MS, signal);
      [start] = await this.#positions.load([name]).catch(() => []);
    }
    return start?.isInThisLog ? start : undefined;
  }

  async #read(after: number): Promise<readonly Recorded[]> {
    try {
      return (await this.options.events.read(after)).events;
    } catch (error) {
      this.options.log.warn({ err: error }, 'the log cannot be read and is read again');
      return [];
    }
  }

  async #apply(batch: readonly Recorded[], signal: AbortSignal): Promise<void> {
    this.#cursor = batch.at(-1)?.position ?? this.#cursor;
    await this.#react([...this.#level], batch, signal);
  }

  async #react(progresses: readonly ProcessProgress[], batch: readonly Recorded[], signal: AbortSignal): Promise<void> {
    const jobs = progresses.flatMap((progress) => progress.jobsOf(batch));
    await inParallel(jobs, JOBS_AT_ONCE, (job) => this.#carryOut(job, signal));
    if (signal.aborted) return;
    for (const progress of progresses) progress.reach(batch.at(-1)?.position ?? 0);
  }

  /** An event that fails is set aside, and the later ones of its partition behind it. */
  async #carryOut({ progress, partition, events }: Job, signal: AbortSignal): Promise<void> {
    for (const event of events) {
      if (signal.aborted) return;
      const { position } = event;
      if (progress.isSetAside(partition)) {
        progress.setAside({ position, partition });
        continue;
      }
      const failure = await this.#reactions.tryQuickly(progress.process, event, {
        signal,
        onFault: ({ error }) => {
          progress.holdUp(position, error);
        },
      });
      progress.holdUp(position, undefined);
      if (failure) progress.setAside({ position, partition, failure });
    }
  }

  async #saveRegularly(signal: AbortSignal): Promise<void> {
    const onFault = (error: unknown) => {
      if (error instanceof PositionLost) throw error;
      this.options.log.warn({ err: error }, 'the positions of the processes could not be saved and are saved again');
    };
    await repeat(signal, { everyMs: SAVE_EVERY_MS, onFault }, () => this.#save());
  }

  async #save(): Promise<void> {
    const moves = this.#progresses.flatMap((progress) => {
      const move = progress.takeMove();
      return move ? [{ progress, move }] : [];
    });
    if (moves.length === 0) return;
    try {
      await this.#positions.save(
        moves.map(({ move }) => move),
        { attempts: QUICK_ATTEMPTS, afterMs: this.#backOffMs * 2 ** QUICK_ATTEMPTS },
      );
    } catch (error) {
      for (const { progress } of moves) progress.outdate();
      throw error;
    }
    for (const { progress, move } of moves) progress.moved(move);
  }
}
