import type { Msg, NatsConnection } from 'nats';
import { z } from 'zod';
import type { FoldedBatch } from './commit';
import type { Projection } from './projection';

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

/** The rows that a commit has stored for a projection, for events behind `from`. */
export type StoredRows = Readonly<{ owned: Readonly<{ projection: Pick<Projection, 'name'> }> }> &
  Pick<FoldedBatch, 'from' | 'to' | 'changed'>;

/** May lose announcements, because readers that wait poll too; must not throw. Called once for each commit, with all its checkpoints. */
export type Announce = (checkpoints: readonly CheckpointAnnouncement[], stored: readonly StoredRows[]) => void;

/** Covers the subjects of earlier versions, which name one projection each. */
export const ANNOUNCEMENTS = 'read.checkpoint.*';
const OF_A_COMMIT = 'read.checkpoint.all';

/** A message announces all checkpoints of a commit; one of an earlier version announces a single checkpoint. */
const Message = z.union([
  z.array(CheckpointAnnouncement),
  CheckpointAnnouncement.transform((checkpoint) => [checkpoint]),
]);

/** Announces on core NATS, and does nothing without a connection. */
export const announceOver =
  (nats: NatsConnection) =>
  (checkpoints: readonly CheckpointAnnouncement[]): void => {
    if (!nats.isClosed()) nats.publish(OF_A_COMMIT, JSON.stringify(checkpoints));
  };

/** The announced checkpoints; none when the message comes from a version with another form. */
export const announcedIn = (message: Msg): readonly CheckpointAnnouncement[] =>
  Message.safeParse(message.json()).data ?? [];
