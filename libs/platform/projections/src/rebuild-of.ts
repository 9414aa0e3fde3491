import type { Projection } from './projection';
import { REBUILD_SUFFIX } from './rebuild-name';

/** The same projection with a table of its own, which is folded anew beside the one that is read. */
export const rebuildOf = (projection: Projection): Projection => ({
  ...projection,
  name: `${projection.name}${REBUILD_SUFFIX}`,
  table: `read.${projection.name}${REBUILD_SUFFIX}_v${projection.version}`,
});
