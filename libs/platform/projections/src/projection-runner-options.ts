import type { EventLog, LogReader } from '@syntropic/event-store';
import type { Pool } from 'pg';
import type { Announce } from './announcement';
import type { Projection } from './projection';
import type { RowCache } from './row-cache';

export type ProjectionRunnerOptions = Readonly<{
  pool: Pool;
  log: EventLog;
  reader: Pick<LogReader, 'follow'>;
  projections: readonly Projection[];
  cache?: RowCache;
  announce?: Announce;
  /** Reports a fault that the runner recovers from, for logs and metrics. */
  onFault?: (message: string, cause: unknown) => void;
  worker?: string;
  leaseMs?: number;
  /** The attempts at an event that fails, before the projection stops. */
  attempts?: number;
  backoffMs?: number;
}>;
