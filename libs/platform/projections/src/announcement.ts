import type { NatsConnection } from 'nats';
import { z } from 'zod';

/** The checkpoint of a projection, announced after its rows and cache entries can be read. */
export const CheckpointAnnouncement = z.object({
  projection: z.string(),
  version: z.int(),
  storeEpoch: z.string(),
  position: z.int(),
  cachedPosition: z.int(),
  cacheEpoch: z.string().nullable(),
});
export type CheckpointAnnouncement = Readonly<z.infer<typeof CheckpointAnnouncement>>;

/** May lose announcements, because readers that wait poll too; must not throw. */
export type Announce = (checkpoint: CheckpointAnnouncement) => void;

export const ANNOUNCEMENTS = 'read.checkpoint';

/** Announces on core NATS, and does nothing without a connection. */
export const announceOver =
  (nats: NatsConnection): Announce =>
  (checkpoint) => {
    if (!nats.isClosed()) nats.publish(`${ANNOUNCEMENTS}.${checkpoint.projection}`, JSON.stringify(checkpoint));
  };
