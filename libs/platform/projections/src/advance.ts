import type { Recorded } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { DatabaseError, type Pool } from 'pg';
import type { Announce } from './announcement';
import { commit, type Step } from './commit';
import { fold, FoldFailed, keysOf, refuseUnknown } from './fold';
import type { Owned } from './owned';
import type { RowCache } from './row-cache';
import { loadRows } from './rows';

/** What became of a step that did not happen. `faulty`: the projection's own fault. `unknown`: not ours any more, or a server is away. */
export type Setback = Readonly<{ owned: Owned; kind: 'faulty' | 'unknown'; error: Error }>;

type Surroundings = Readonly<{
  pool: Pool;
  worker: string;
  cache?: RowCache | undefined;
  announce?: Announce | undefined;
}>;

/** Takes projections over a batch: reads their rows, folds, stores rows and checkpoint, then the cache, then tells. */
export class Advance {
  constructor(private readonly around: Surroundings) {}

  /** Moves each as far as the events reach and answers those that stayed. Nobody waits for another's fault. */
  async over(group: readonly Owned[], events: readonly Recorded[]): Promise<readonly Setback[]> {
    const setbacks: Setback[] = [];
    const prepared = await Promise.all(
      group.map(async (owned) => {
        try {
          return await this.#prepare(owned, events);
        } catch (error) {
          setbacks.push(setback(owned, error));
          return undefined;
        }
      }),
    );
    setbacks.push(...(await this.#store(prepared.filter((step) => step !== undefined))));
    return setbacks;
  }

  async #prepare(owned: Owned, events: readonly Recorded[]): Promise<Step | undefined> {
    const { projection, position, parked, cachedPosition, cacheEpoch } = owned;
    const ahead = events.filter((event) => event.position > position);
    const [first, last] = [ahead.at(0), ahead.at(-1)];
    if (!first || !last) return undefined;
    if (first.position !== position + 1) throw new Error(`${position + 1} is missing before ${first.position}`);

    const taken = ahead.filter((event) => !parked.has(event.position));
    refuseUnknown(projection, taken);
    const rows = await loadRows(this.around.pool, projection, keysOf(projection, taken));
    const fresh = cacheEpoch === null && this.around.cache?.available;
    return {
      owned,
      to: last.position,
      changed: fold(projection, rows, taken),
      cache: fresh
        ? { epoch: randomUUID(), position, instead: null }
        : { epoch: cacheEpoch, position: cachedPosition, instead: cacheEpoch },
    };
  }

  async #store(steps: readonly Step[]): Promise<readonly Setback[]> {
    if (steps.length === 0) return [];
    try {
      const taken = await commit(this.around.pool, this.around.worker, steps);
      await Promise.all(taken.map((step) => this.#taken(step)));
      return steps
        .filter((step) => !taken.includes(step))
        .map(({ owned }) => ({ owned, kind: 'unknown', error: new Error('the checkpoint is not where it was') }));
    } catch (error) {
      const oneIsToBlame = steps.length > 1 && isOwnFault(error);
      if (!oneIsToBlame) return steps.map(({ owned }) => setback(owned, error));
      return (await Promise.all(steps.map((step) => this.#store([step])))).flat();
    }
  }

  async #taken({ owned, to, changed, cache }: Step): Promise<void> {
    owned.position = to;
    // Unless the cache was lost meanwhile, and its epoch with it.
    if (owned.cacheEpoch === cache.instead) owned.cacheEpoch = cache.epoch;
    await this.#cache(owned, changed);

    const { projection, storeEpoch, position, cachedPosition, cacheEpoch } = owned;
    this.around.announce?.({
      projection: projection.name,
      version: projection.version,
      storeEpoch,
      position,
      cachedPosition,
      cacheEpoch,
    });
  }

  async #cache(owned: Owned, changed: Step['changed']): Promise<void> {
    if (owned.cacheEpoch === null) return;
    try {
      if (changed.size > 0) await this.around.cache?.put(owned.projection, owned.cacheEpoch, changed);
      owned.cachedPosition = owned.position;
    } catch {
      // Slower, not wrong: nobody reads a cache without an epoch.
      owned.cacheEpoch = null;
    }
  }
}

/** Data, constraint, definition or limit: doing it again leads to the same. */
const OWN_FAULTS = /^(0A|22|23|42|54)/;

const isOwnFault = (error: unknown): boolean =>
  error instanceof DatabaseError
    ? OWN_FAULTS.test(error.code ?? '')
    : error instanceof FoldFailed || error instanceof TypeError || error instanceof RangeError;

const setback = (owned: Owned, error: unknown): Setback => ({
  owned,
  kind: isOwnFault(error) ? 'faulty' : 'unknown',
  error: error instanceof Error ? error : new Error(String(error)),
});
