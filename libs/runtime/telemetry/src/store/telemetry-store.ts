import type { TelemetryBatch } from '../telemetry-batch';
import type { NumberedEvent } from '../telemetry-event';

/** The outcome of a batch. Events that were stored before are not stored again, and not listed. */
export type StoredBatch =
  Readonly<{ leaseLost: true }> | Readonly<{ leaseLost: false; stored: readonly NumberedEvent[]; quarantined: number }>;

/** Stores telemetry: each fact once, numbered densely within its execution. Any number of collectors may write at once. */
export interface TelemetryStore {
  /** The batches are durable when it resolves; outcomes are in their order. */
  insert(batches: readonly TelemetryBatch[]): Promise<readonly StoredBatch[]>;

  /** Creates partitions ahead and drops old ones. Any process may call it at any time. */
  maintain(): Promise<void>;
}
