import { Location, type Immutable } from '@syntropic/kernel';
import { z } from 'zod';

/** A parked session as one object: its workspace, its home and its output. Another runner can go on with it. */
export const Checkpoint = z.object({ uri: Location.min(1), sizeBytes: z.int().nonnegative() });
export type Checkpoint = Immutable<z.infer<typeof Checkpoint>>;

/** The same as events have it. */
export const RecordedCheckpoint = z.object({ uri: z.string(), sizeBytes: z.number() });
