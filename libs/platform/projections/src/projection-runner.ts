import { pause, repeat, retry } from '@syntropic/async';
import { LogRestored } from '@syntropic/event-store';
import type { Recorded } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { Advance, type Failure } from './advance';
import { catchUp } from './catch-up';
import { Checkpoints, type OwnedCheckpoint } from './checkpoints';
import type { Owned } from './owned';
import type { Projection } from './projection';
import type { ProjectionRunnerOptions } from './projection-runner-options';
import { Rebuilds } from './rebuilds';
import { RowLoader } from './row-loader';
import { SharedPages } from './shared-pages';
import { tableFault } from './table';

const BACK_OFF = { firstMs: 250, longestMs: 2_000 };
/** After a crash the worker's projections stand still for a little longer. */
const LEASE_MS = 5_000;

/**
 * One worker: claims its share of the projections and keeps them up to date with the log. Live projections share one reader;
 * one that is behind, or fails, reads alone and joins the others when it has caught up.
 */
export class ProjectionRunner {
  readonly #leaseMs: number;
  readonly #checkpoints: Checkpoints;
  readonly #advance: Advance;
  readonly #pages: SharedPages;
  readonly #owned = new Map<Projection, Owned>();
  readonly #catchUps = new Set<Promise<void>>();
  readonly #rebuilds: Rebuilds;
  #rebuilding: Promise<void> | undefined;
  #signal = AbortSignal.abort();
  /** The position of the shared reader. */
  #cursor: number | undefined;
  #recovering: Promise<void> | undefined;

  constructor(private readonly options: ProjectionRunnerOptions) {
    const { pool, worker = randomUUID(), leaseMs = LEASE_MS, cache, announce } = options;
    this.#leaseMs = leaseMs;
    this.#checkpoints = new Checkpoints(pool, worker, leaseMs);
    this.#advance = new Advance({ pool, worker, cache, announce });
    this.#pages = new SharedPages(options.log);
    this.#rebuilds = new Rebuilds(pool, options.projections);
  }

  /** The projections that this worker owns now. */
  get owned(): readonly Owned[] {
    return [...this.#owned.values()];
  }

  /** Runs until the signal, then hands its projections over. @throws only when it cannot start. */
  async run(signal: AbortSignal): Promise<void> {
    const { projections, cache } = this.options;
    this.#signal = signal;
    const missing = await this.#checkpoints.missing(projections);
    if (missing.length > 0) throw new Error(`no migration has made ${missing.join(', ')} yet`);
    await this.#rebuilds.noteVersions();
    await this.#share();

    const unsubscribe = cache?.onLoss(() => {
      this.#loseCache();
    });
    await Promise.all([this.#read(), this.#renew()]);
    unsubscribe?.();
    await Promise.all([...this.#catchUps, this.#recovering, this.#rebuilding]);
    await this.#handOver();
  }

  #read(): Promise<void> {
    const onFault = (error: unknown) => {
      if (error instanceof LogRestored) this.#forget();
      this.#report('the log cannot be read', error);
    };
    return repeat(this.#signal, { everyMs: 0, backOff: BACK_OFF, onFault }, async () => {
      if (this.#cursor === undefined) await this.#recover();
      await this.options.reader.follow(this.#cursor ?? 0, (events) => this.#apply(events), this.#signal);
    });
  }

  /** What was read is not in the log any more: the checkpoint rows tell where to go on. */
  #forget(): void {
    this.#owned.clear();
    this.#cursor = undefined;
  }

  async #apply(events: readonly Recorded[]): Promise<void> {
    this.#cursor = events.at(-1)?.position ?? this.#cursor;
    const live = [...this.#owned.values()].filter(({ mode }) => mode === 'live');
    for (const failure of await this.#advance.over(live, events)) {
      if (failure.kind === 'unknown') this.#disown(failure);
      else this.#startCatchUp(failure.owned);
    }
    const isBehind = (owned: Owned) => owned.mode === 'live' && owned.position < (this.#cursor ?? 0);
    for (const owned of live.filter(isBehind)) if (this.#isOwned(owned)) this.#startCatchUp(owned);
  }

  #startCatchUp(owned: Owned): void {
    owned.mode = 'catching_up';
    const work = this.#catchUp(owned).catch((error: unknown) => {
      this.#disown({ owned, kind: 'unknown', error: new Error('it cannot catch up', { cause: error }) });
    });
    this.#catchUps.add(work);
    void work.finally(() => this.#catchUps.delete(work));
  }

  async #catchUp(owned: Owned): Promise<void> {
    const fault = await tableFault(this.options.pool, owned.projection);
    const failure = fault
      ? ({ owned, kind: 'faulty', error: new Error(fault) } as const)
      : await catchUp(owned, {
          ...this.options,
          log: this.#pages,
          advance: this.#advance,
          signal: this.#signal,
          mayGoOn: () => this.#isOwned(owned),
          filled: () => owned.position >= (this.#cursor ?? 0),
          finish: () => this.#rebuilds.finishTable(owned.projection),
          done: () => this.#joins(owned),
          retrying: (attempt) => this.#checkpoints.report(owned.projection, 'retrying', attempt),
        });
    if (failure?.kind === 'faulty') await this.#stop(owned, failure);
    else if (failure) this.#disown(failure);
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

  /** Does nothing more for a projection until its checkpoint row has been read again: it tells owner and position. */
  #disown({ owned, error }: Failure): void {
    if (!this.#isOwned(owned)) return;
    this.#owned.delete(owned.projection);
    this.#report(`the checkpoint of ${owned.projection.name} is read again`, error);
    void pause(BACK_OFF.firstMs, this.#signal).then(() => this.#recover());
  }

  #isOwned(owned: Owned): boolean {
    return !this.#signal.aborted && this.#owned.get(owned.projection) === owned;
  }

  async #renew(): Promise<void> {
    const everyMs = this.#leaseMs / 3;
    await pause(everyMs, this.#signal);
    await repeat(this.#signal, { everyMs }, () => this.#recover());
  }

  #recover(): Promise<void> {
    const onFault = (error: unknown) => {
      this.#report('the checkpoints cannot be read', error);
    };
    this.#recovering ??= retry(this.#signal, { backOff: BACK_OFF, onFault }, () => this.#share()).finally(() => {
      this.#recovering = undefined;
    });
    return this.#recovering;
  }

  /** Renews the lease, releases projections beyond this worker's share, and claims missing ones. */
  async #share(): Promise<void> {
    const { projections, log, cache } = this.options;
    const workers = await this.#checkpoints.heartbeat();
    const share = Math.ceil(projections.length / workers);

    await this.#checkpoints.settle(this.owned);
    const shared = projections.filter((projection) => this.#owned.has(projection));
    const surplus = shared.slice(share);
    for (const projection of surplus) this.#owned.delete(projection);
    if (surplus.length > 0) await this.#checkpoints.release(surplus);

    const missing = share - Math.min(share, shared.length);
    if (missing > 0) await this.#checkpoints.claim(projections, missing, cache !== undefined);
    await this.#checkpoints.claimRebuilds();

    const [rows, head] = await Promise.all([this.#checkpoints.owned(), log.head()]);
    const inThisLog = rows.filter(({ storeEpoch }) => storeEpoch === head.epoch);
    this.#cursor ??= inThisLog.length > 0 ? Math.max(...inThisLog.map(({ position }) => position)) : head.position;
    await this.#adopt(rows, head.epoch);
    this.#rebuilding ??= this.#advanceRebuilds().finally(() => {
      this.#rebuilding = undefined;
    });
  }

  async #advanceRebuilds(): Promise<void> {
    try {
      await this.#rebuilds.advance(
        (projection) => this.#owned.get(projection)?.mode === 'live',
        // What the cache has is of the table before.
        (projection) => {
          this.#loseCache(this.owned.filter((owned) => owned.projection === projection));
        },
      );
    } catch (error) {
      this.#report('a rebuild does not go on', error);
    }
  }

  /** Follows the checkpoint rows: starts new projections and retried ones, and ends those that were lost. */
  async #adopt(rows: readonly OwnedCheckpoint[], storeEpoch: string): Promise<void> {
    for (const projection of [...this.options.projections, ...this.#rebuilds.projections]) {
      const row = rows.find((one) => one.projection === projection.name && one.version === projection.version);
      const owned = this.#owned.get(projection);
      if (!row) this.#owned.delete(projection);
      else if (!owned || owned.storeEpoch !== row.storeEpoch || isRetried(owned, row)) {
        const rows = new RowLoader(this.options.pool, projection);
        await this.#begin({ ...row, projection, parked: new Set(row.parked), mode: 'catching_up', rows }, storeEpoch);
      }
    }
  }

  async #begin(owned: Owned, storeEpoch: string): Promise<void> {
    this.#owned.set(owned.projection, owned);
    if (owned.storeEpoch === storeEpoch) {
      this.#startCatchUp(owned);
      return;
    }
    const why = `its checkpoint counts in log ${owned.storeEpoch}, and this is log ${storeEpoch}: rebuild it`;
    await this.#stop(owned, { error: new Error(why) });
  }

  #loseCache(lost: Iterable<Owned> = this.#owned.values()): void {
    for (const owned of lost) owned.cacheEpoch = null;
    this.#checkpoints.settle(this.owned).catch((error: unknown) => {
      this.#report('the loss of the cache could not be recorded', error);
    });
  }

  async #handOver(): Promise<void> {
    try {
      await this.#checkpoints.settle(this.owned);
      await this.#checkpoints.handOver();
    } catch (error) {
      this.#report('the projections cannot be handed over before the lease ends', error);
    }
    this.#owned.clear();
  }

  #report(message: string, cause: unknown): void {
    this.options.onFault?.(message, cause);
  }
}

const isRetried = ({ mode }: Owned, { status }: OwnedCheckpoint): boolean => mode === 'stopped' && status !== 'stopped';
