import type { Projection } from './projection';
import type { RowLoader } from './row-loader';

/** A projection that this worker owns, as far as it knows: the checkpoint row decides. */
export type Owned = {
  readonly projection: Projection;
  /** The log that `position` counts in. */
  readonly storeEpoch: string;
  position: number;
  /** The cache is complete up to this position. Without an epoch it is not used. */
  cachedPosition: number;
  cacheEpoch: string | null;
  /** Later positions that an operator has parked. */
  readonly parked: ReadonlySet<number>;
  /** Live projections share one reader, one that catches up reads the log alone, a stopped one waits for an operator. */
  mode: 'catching_up' | 'live' | 'stopped';
  readonly rows: RowLoader;
};
