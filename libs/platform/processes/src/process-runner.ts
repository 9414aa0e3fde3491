import { setTimeout as pause } from 'node:timers/promises';
import type { LogReader } from '@syntropic/event-store';
import { DomainError, type Recorded } from '@syntropic/kernel';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { Action } from './action';
import type { Effects } from './effects';
import type { Process } from './process';

export type ProcessRunnerOptions = Readonly<{
  pool: Pool;
  reader: Pick<LogReader, 'follow'>;
  effects: Effects;
  log: Pick<Logger, 'debug' | 'warn'>;
  /** The first pause after a fault; each further one is twice as long, up to half a minute. */
  backOffMs?: number;
}>;

const LANES = 32;
const LONGEST_BACK_OFF_MS = 30_000;

/** Another runner has moved this process on: it has the place, and goes on from there. */
export class PlaceLost extends Error {
  override readonly name = 'PlaceLost';
}

/**
 * Reads the log for one process and carries out its reactions: at least once, in order for each execution, none skipped.
 * Its place moves when everything before it is done, so whoever comes after a death repeats the last batch under the same ids.
 */
export class ProcessRunner {
  constructor(
    private readonly process: Process,
    private readonly options: ProcessRunnerOptions,
  ) {}

  /** Until the signal, or until another runner is found to have the place. Meant for the one replica that leads. */
  async run(signal: AbortSignal): Promise<void> {
    let position = await this.position();

    await this.options.reader.follow(
      position,
      async (events) => {
        await this.react(events, signal);
        const last = events.at(-1);
        if (!last || signal.aborted) return;

        await this.moveOn(position, last.position);
        position = last.position;
      },
      signal,
    );
  }

  private async position(): Promise<number> {
    const { rows } = await this.options.pool.query<{ position: number; sameLog: boolean }>(
      `select p.position, p.epoch = h.store_epoch as "sameLog" from ops.processes p, log.log_head h where p.name = $1`,
      [this.process.name],
    );
    const [place] = rows;
    if (!place) throw new Error(`no migration has registered the process ${this.process.name}`);
    if (!place.sameLog) throw new Error(`the log was restored: an operator says where ${this.process.name} goes on`);
    return place.position;
  }

  private async moveOn(from: number, to: number): Promise<void> {
    const { rowCount } = await this.options.pool.query(
      `update ops.processes set position = $3, status = 'running', error = null, moved_at = clock_timestamp()
        where name = $1 and position = $2`,
      [this.process.name, from, to],
    );
    if (!rowCount) throw new PlaceLost(`${this.process.name} is no longer at ${from}`);
  }

  /** Executions side by side, the events of each in order. */
  private async react(events: readonly Recorded[], signal: AbortSignal): Promise<void> {
    const lanes = this.lanesOf(events).values();
    const work = async () => {
      for (const lane of lanes) for (const event of lane) await this.reactTo(event, signal);
    };
    await Promise.all(Array.from({ length: LANES }, work));
  }

  private lanesOf(events: readonly Recorded[]): Map<string, Recorded[]> {
    const lanes = new Map<string, Recorded[]>();
    for (const event of events) {
      if (!this.process.on[event.type]) continue;
      const lane = lanes.get(laneOf(event));
      if (lane) lane.push(event);
      else lanes.set(laneOf(event), [event]);
    }
    return lanes;
  }

  private async reactTo(event: Recorded, signal: AbortSignal): Promise<void> {
    const actions = await this.insist(event, signal, () => this.process.on[event.type]?.(event) ?? []);
    for (const [ordinal, action] of (actions ?? []).entries()) {
      await this.insist(event, signal, () => this.carryOut(action, event, ordinal));
    }
  }

  private async carryOut(action: Action, event: Recorded, ordinal: number): Promise<void> {
    try {
      await this.options.effects.carryOut(action, { process: this.process.name, event, ordinal });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      this.options.log.debug(
        { process: this.process.name, event: event.id, code: error.code },
        'a command was refused, which answers it',
      );
    }
  }

  /** A fault is tried again until it is gone or this runner is told to stop: skipping an event could strand an execution. */
  private async insist<Result>(
    event: Recorded,
    signal: AbortSignal,
    attempt: () => Result | Promise<Result>,
  ): Promise<Result | undefined> {
    const { backOffMs = 100 } = this.options;
    for (let waitMs = backOffMs; !signal.aborted; waitMs = Math.min(2 * waitMs, LONGEST_BACK_OFF_MS)) {
      try {
        return await attempt();
      } catch (error) {
        await this.report(event, error);
        await pause(waitMs, undefined, { signal }).catch(() => undefined);
      }
    }
    return undefined;
  }

  /** Says so in the log and, where the store is not itself the fault, in the process's row. */
  private async report(event: Recorded, error: unknown): Promise<void> {
    const { name } = this.process;
    this.options.log.warn({ err: error, process: name, event: event.id }, 'a process failed and tries again');
    const told = `at ${event.position} (${event.type}): ${error instanceof Error ? error.message : String(error)}`;
    await this.options.pool
      .query(`update ops.processes set status = 'failing', error = $2 where name = $1`, [name, told])
      .catch(() => undefined);
  }
}

/** The execution an event belongs to, by what caused it or by whose stream it is in (`execution-exec-…`); any other stream is a lane of its own. */
const laneOf = ({ metadata, stream }: Recorded): string =>
  metadata.executionId ?? stream.slice(stream.indexOf('-') + 1);
