import type { Checkpoint } from '@syntropic/orchestration/contracts';

/** What is kept of a parked session: a checkpoint, or why there is none. */
export type Kept = Readonly<{ checkpoint: Checkpoint } | { checkpointError: string }>;
