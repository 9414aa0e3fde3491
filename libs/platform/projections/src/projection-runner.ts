import type { EventLog, LogReader } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { Advance, type Setback } from './advance';
import type { Announce } from './announcement';
import { catchUp } from './catch-up';
import { Checkpoints, type HeldCheckpoint } from './checkpoints';
import type { Owned } from './owned';
import type { Projection } from './projection';
import type { RowCache } from './row-cache';
import { tableFault } from './table';

export type ProjectionRunnerOptions = Readonly<{
  pool: Pool;
  log: EventLog;
  reader: Pick<LogReader, 'follow'>;
  projections: readonly Projection[];
  cache?: RowCache;
  announce?: Announce;
  /** Told what went wrong and is being dealt with: for the log and the metrics. */
  onFault?: (message: string, cause: unknown) => void;
  worker?: string;
  leaseMs?: number;
  /** How often a projection tries an event that it cannot take before it stops. */
  attempts?: number;
  backoffMs?: number;
}>;

const RECOVERY_MS = 250;
/** After a death its projections stand still for a little more than this. */
const LEASE_MS = 5_000;

/**
 * One worker: takes its share of the projections and keeps them level with the log. All share one reader;
 * one that is behind, or fails, goes on alone and comes back when it is level.
 */
export class ProjectionRunner {
  readonly #leaseMs: number;
  readonly #checkpoints: Checkpoints;
  readonly #advance: Advance;
  readonly #owned = new Map<Projection, Owned>();
  readonly #alone = new Set<Promise<void>>();
  #signal = AbortSignal.abort();
  /** Where the shared reader is. */
  #cursor: number | undefined;
  #recovering: Promise<void> | undefined;

  constructor(private readonly options: ProjectionRunnerOptions) {
    const { pool, worker = randomUUID(), leaseMs = LEASE_MS, cache, announce } = options;
    this.#leaseMs = leaseMs;
    this.#checkpoints = new Checkpoints(pool, worker, leaseMs);
    this.#advance = new Advance({ pool, worker, cache, announce });
  }

  /** What this worker keeps now, for its health and metrics. */
  get owned(): readonly Readonly<Owned>[] {
    return [...this.#owned.values()];
  }

  /** Runs until the signal, then leaves its projections to the others. Throws only when it cannot begin. */
  async run(signal: AbortSignal): Promise<void> {
    const { projections, cache } = this.options;
    this.#signal = signal;
    const missing = await this.#checkpoints.missing(projections);
    if (missing.length > 0) throw new Error(`no migration has made ${missing.join(', ')} yet`);
    await this.#share();

    const heedless = cache?.onLoss(() => {
      this.#loseCache();
    });
    await Promise.all([this.#read(), this.#beat()]);
    heedless?.();
    await Promise.all([...this.#alone, this.#recovering]);
    await this.#leave();
  }

  async #read(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.options.reader.follow(this.#cursor ?? 0, (events) => this.#apply(events), this.#signal);
      } catch (error) {
        this.#report('the log cannot be read', error);
        await this.#pause(RECOVERY_MS);
      }
    }
  }

  async #apply(events: readonly Recorded[]): Promise<void> {
    this.#cursor = events.at(-1)?.position ?? this.#cursor;
    const level = [...this.#owned.values()].filter(({ mode }) => mode === 'live');
    for (const setback of await this.#advance.over(level, events)) {
      if (setback.kind === 'unknown') this.#forget(setback);
      else this.#goAlone(setback.owned);
    }
  }

  #goAlone(owned: Owned): void {
    owned.mode = 'catching_up';
    const work = this.#catchUp(owned).catch((error: unknown) => {
      this.#forget({ owned, kind: 'unknown', error: new Error('it cannot go on', { cause: error }) });
    });
    this.#alone.add(work);
    void work.finally(() => this.#alone.delete(work));
  }

  async #catchUp(owned: Owned): Promise<void> {
    const { pool, log, attempts = 5, backoffMs = 200 } = this.options;
    const fault = await tableFault(pool, owned.projection);
    const setback = fault
      ? ({ owned, kind: 'faulty', error: new Error(fault) } as const)
      : await catchUp(owned, {
          log,
          advance: this.#advance,
          attempts,
          backoffMs,
          pause: (ms) => this.#pause(ms),
          done: () => !this.#isMine(owned) || this.#joins(owned),
          retrying: (failure) => this.#checkpoints.report(owned.projection, 'retrying', failure),
        });
    if (setback?.kind === 'faulty') await this.#stop(owned, setback);
    else if (setback) this.#forget(setback);
  }

  #joins(owned: Owned): boolean {
    if (owned.position >= (this.#cursor ?? 0)) owned.mode = 'live';
    return owned.mode === 'live';
  }

  async #stop(owned: Owned, failure: { error: Error; event?: Recorded }): Promise<void> {
    await this.#checkpoints.report(owned.projection, 'stopped', failure);
    owned.mode = 'stopped';
    this.#report(`${owned.projection.name} has stopped`, failure.error);
  }

  /** Its checkpoint row says whose it is and where it stands; until that is read again, nothing is done for it. */
  #forget({ owned, error }: Setback): void {
    if (!this.#isMine(owned)) return;
    this.#owned.delete(owned.projection);
    this.#report(`${owned.projection.name} is looked up again`, error);
    void this.#pause(RECOVERY_MS).then(() => this.#recover());
  }

  #isMine(owned: Owned): boolean {
    return !this.#signal.aborted && this.#owned.get(owned.projection) === owned;
  }

  async #beat(): Promise<void> {
    while (!this.#signal.aborted) {
      await this.#pause(this.#leaseMs / 3);
      await this.#recover();
    }
  }

  #recover(): Promise<void> {
    this.#recovering ??= this.#untilShared().finally(() => {
      this.#recovering = undefined;
    });
    return this.#recovering;
  }

  async #untilShared(): Promise<void> {
    while (!this.#signal.aborted) {
      try {
        await this.#share();
        return;
      } catch (error) {
        this.#report('the checkpoints cannot be reached', error);
        await this.#pause(RECOVERY_MS);
      }
    }
  }

  /** Renews the lease and sees that this worker has its share, no more and no less. */
  async #share(): Promise<void> {
    const { projections, log, cache } = this.options;
    const workers = await this.#checkpoints.heartbeat();
    const share = Math.ceil(projections.length / workers);

    await this.#checkpoints.settle(this.owned);
    const surplus = [...this.#owned.keys()].slice(share);
    for (const projection of surplus) this.#owned.delete(projection);
    if (surplus.length > 0) await this.#checkpoints.release(surplus);

    const missing = share - this.#owned.size;
    if (missing > 0) await this.#checkpoints.claim(projections, missing, cache !== undefined);

    const [held, head] = await Promise.all([this.#checkpoints.held(), log.head()]);
    this.#cursor ??= held.length > 0 ? Math.max(...held.map(({ position }) => position)) : head.position;
    await this.#adopt(held, head.epoch);
  }

  /** Follows what the checkpoint rows say: what is new begins, what is gone ends, what was stopped and put right goes on. */
  async #adopt(held: readonly HeldCheckpoint[], storeEpoch: string): Promise<void> {
    for (const projection of this.options.projections) {
      const row = held.find((one) => one.projection === projection.name && one.version === projection.version);
      const owned = this.#owned.get(projection);
      if (!row) this.#owned.delete(projection);
      else if (!owned || (owned.mode === 'stopped' && row.status !== 'stopped')) {
        await this.#begin({ ...row, projection, parked: new Set(row.parked), mode: 'catching_up' }, storeEpoch);
      }
    }
  }

  async #begin(owned: Owned, storeEpoch: string): Promise<void> {
    this.#owned.set(owned.projection, owned);
    if (owned.storeEpoch === storeEpoch) {
      this.#goAlone(owned);
      return;
    }
    const why = `its checkpoint counts in log ${owned.storeEpoch}, and this is log ${storeEpoch}: rebuild it`;
    await this.#stop(owned, { error: new Error(why) });
  }

  #loseCache(): void {
    for (const owned of this.#owned.values()) owned.cacheEpoch = null;
    this.#checkpoints.settle(this.owned).catch((error: unknown) => {
      this.#report('the loss of the cache could not be recorded', error);
    });
  }

  async #leave(): Promise<void> {
    try {
      await this.#checkpoints.settle(this.owned);
      await this.#checkpoints.leave();
    } catch (error) {
      this.#report('the projections are handed over when the lease ends', error);
    }
    this.#owned.clear();
  }

  async #pause(ms: number): Promise<void> {
    await setTimeout(ms, undefined, { signal: this.#signal }).catch(() => undefined);
  }

  #report(message: string, cause: unknown): void {
    this.options.onFault?.(message, cause);
  }
}
