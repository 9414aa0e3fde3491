import { inParallel } from '@syntropic/async';
import type { Recorded } from '@syntropic/kernel';
import { classifyStoreError } from '@syntropic/postgres';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import type { Announce, CheckpointAnnouncement } from './announcement';
import { commit, type FoldedBatch } from './commit';
import { fold, FoldFailed, refuseUnknown } from './fold';
import type { Owned } from './owned';
import { isRebuild } from './rebuild-name';
import type { RowCache } from './row-cache';

/** A projection that did not advance. `faulty`: the events or the projection cause it. `unknown`: the checkpoint is lost, or a server is away. */
export type Failure = Readonly<{ owned: Owned; kind: 'faulty' | 'unknown'; error: Error }>;

/** Rows of fewer events are read one projection after the other, by a connection that has planned the statements before. */
const MANY_EVENTS = 200;

type AdvanceOptions = Readonly<{
  pool: Pool;
  worker: string;
  cache?: RowCache | undefined;
  announce?: Announce | undefined;
}>;

/** Advances projections by a batch of events: reads their rows, folds, stores rows and checkpoint, updates the cache, announces the checkpoints. */
export class Advance {
  constructor(private readonly options: AdvanceOptions) {}

  /**
   * Advances each projection to the last event, or as far as the rows that the events concern fit into memory.
   * Resolves with those that failed; a failure does not affect the others.
   */
  async over(group: readonly Owned[], events: readonly Recorded[]): Promise<readonly Failure[]> {
    const failures: Failure[] = [];
    const batches: FoldedBatch[] = [];
    const atOnce = events.length < MANY_EVENTS ? 1 : group.length;
    await inParallel(group, atOnce, async (owned) => {
      try {
        const batch = await this.#fold(owned, events);
        if (batch) batches.push(batch);
      } catch (error) {
        failures.push(failureOf(owned, error));
      }
    });
    failures.push(...(await this.#store(batches)));
    return failures;
  }

  async #fold(owned: Owned, events: readonly Recorded[]): Promise<FoldedBatch | undefined> {
    const { projection, position, parked, cachedPosition, cacheEpoch } = owned;
    const ahead = events.filter((event) => event.position > position);
    const [first, last] = [ahead.at(0), ahead.at(-1)];
    if (!first || !last) return undefined;
    if (first.position !== position + 1) throw new Error(`${position + 1} is missing before ${first.position}`);

    const wanted = ahead.filter((event) => !parked.has(event.position));
    refuseUnknown(projection, wanted);
    const { rows, events: folded } = await owned.rows.load(wanted);
    const isComplete = folded.length === wanted.length;
    // A table that is not read yet is not cached.
    const needsCacheEpoch = cacheEpoch === null && this.options.cache?.available && !isRebuild(projection);
    return {
      owned,
      from: position,
      to: isComplete ? last.position : (folded.at(-1)?.position ?? position),
      changed: fold(projection, rows, folded),
      cache: needsCacheEpoch
        ? { epoch: randomUUID(), position, instead: null }
        : { epoch: cacheEpoch, position: cachedPosition, instead: cacheEpoch },
    };
  }

  async #store(batches: readonly FoldedBatch[]): Promise<readonly Failure[]> {
    if (batches.length === 0) return [];
    try {
      const stored = await commit(this.options.pool, this.options.worker, batches);
      const checkpoints = await Promise.all(stored.map((batch) => this.#advanced(batch)));
      if (checkpoints.length > 0) this.options.announce?.(checkpoints, stored);
      return batches
        .filter((batch) => !stored.includes(batch))
        .map(({ owned }) => ({ owned, kind: 'unknown', error: new Error('the checkpoint has changed') }));
    } catch (error) {
      const storeEachAlone = batches.length > 1 && isFaulty(error);
      if (!storeEachAlone) return batches.map(({ owned }) => failureOf(owned, error));
      return (await Promise.all(batches.map((batch) => this.#store([batch])))).flat();
    }
  }

  async #advanced({ owned, to, changed, cache }: FoldedBatch): Promise<CheckpointAnnouncement> {
    owned.position = to;
    // The cache may have been lost meanwhile, and its epoch with it.
    if (owned.cacheEpoch === cache.instead) owned.cacheEpoch = cache.epoch;
    await this.#cache(owned, changed);

    const { projection, storeEpoch, position, cachedPosition, cacheEpoch } = owned;
    return {
      projection: projection.name,
      version: projection.version,
      storeEpoch,
      position,
      cachedPosition,
      cacheEpoch,
    };
  }

  async #cache(owned: Owned, changed: FoldedBatch['changed']): Promise<void> {
    if (owned.cacheEpoch === null) return;
    try {
      if (changed.size > 0) await this.options.cache?.put(owned.projection, owned.cacheEpoch, changed);
      owned.cachedPosition = owned.position;
    } catch {
      // Slower, but correct: a cache without an epoch is not read.
      owned.cacheEpoch = null;
    }
  }
}

/** True when a repetition would fail too: a defect of the projection, or an error of the store that blames the statement. */
function isFaulty(error: unknown): boolean {
  switch (classifyStoreError(error)) {
    case 'unstorable':
    case 'constraint':
    case 'defect':
      return true;
    case 'unavailable':
    case 'conflict':
      return false;
    case 'foreign':
      return error instanceof FoldFailed || error instanceof TypeError || error instanceof RangeError;
  }
}

const failureOf = (owned: Owned, error: unknown): Failure => ({
  owned,
  kind: isFaulty(error) ? 'faulty' : 'unknown',
  error: error instanceof Error ? error : new Error(String(error)),
});
