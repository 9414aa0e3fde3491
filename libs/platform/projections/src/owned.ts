import type { Projection } from './projection';

/** A projection that this worker keeps, as far as it knows: the checkpoint row decides. */
export type Owned = {
  readonly projection: Projection;
  /** The log that `position` counts in. */
  readonly storeEpoch: string;
  position: number;
  /** What the cache holds is complete up to here. No epoch: nothing in it counts. */
  cachedPosition: number;
  cacheEpoch: string | null;
  /** Live ones share the reader; one that is behind reads the log alone; a stopped one waits for an operator. */
  /** Positions ahead that an operator has set aside. */
  readonly parked: ReadonlySet<number>;
  mode: 'catching_up' | 'live' | 'stopped';
};
