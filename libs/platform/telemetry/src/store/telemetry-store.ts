import type { TelemetryBatch } from '../telemetry-batch';
import type { NumberedEvent } from '../telemetry-event';

/** What became of a batch. What was stored before is not stored again, and not listed. */
export type StoredBatch =
  Readonly<{ leaseLost: true }> | Readonly<{ leaseLost: false; stored: readonly NumberedEvent[]; quarantined: number }>;

/** Keeps telemetry: each fact once, numbered densely within its execution. Any number of collectors may write at once. */
export interface TelemetryStore {
  /** Durable when it returns; the answers are in the order of the batches. */
  insert(batches: readonly TelemetryBatch[]): Promise<readonly StoredBatch[]>;

  /** Makes room ahead and drops what has aged. Harmless at any time, by anyone. */
  maintain(): Promise<void>;
}
