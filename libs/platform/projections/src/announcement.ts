import type { NatsConnection } from 'nats';
import { z } from 'zod';

/** How far a projection is, told after its rows and their cache entries can be read. */
export const CheckpointAnnouncement = z.object({
  projection: z.string(),
  version: z.int(),
  storeEpoch: z.string(),
  position: z.int(),
  cachedPosition: z.int(),
  cacheEpoch: z.string().nullable(),
});
export type CheckpointAnnouncement = Readonly<z.infer<typeof CheckpointAnnouncement>>;

/** May lose what it is told, but must not throw: whoever waits also asks Postgres. */
export type Announce = (checkpoint: CheckpointAnnouncement) => void;

export const ANNOUNCEMENTS = 'read.checkpoint';

/** Announces on core NATS, and keeps silent while there is no connection. */
export const announceOver =
  (nats: NatsConnection): Announce =>
  (checkpoint) => {
    if (!nats.isClosed()) nats.publish(`${ANNOUNCEMENTS}.${checkpoint.projection}`, JSON.stringify(checkpoint));
  };
