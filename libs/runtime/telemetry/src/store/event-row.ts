import type { TelemetryType } from '../catalogue';
import type { NumberedEvent } from '../telemetry-event';

/** What an event takes in an answer besides its data. */
export const ROW_BYTES = 800;

export const COLUMNS = 'event_id, type, time, session_id, execution_id, phase_id, sequence, data';

export type EventRow = Readonly<{
  event_id: string;
  type: string;
  time: Date;
  session_id: string;
  execution_id: string | null;
  phase_id: string | null;
  sequence: number | null;
  data: Record<string, unknown>;
}>;

export const eventOf = (row: EventRow): NumberedEvent => ({
  id: row.event_id,
  type: row.type,
  time: row.time.toISOString(),
  sessionId: row.session_id,
  executionId: row.execution_id,
  phaseId: row.phase_id,
  sequence: row.sequence,
  data: row.data,
});

/** Types of the catalogue as a list of SQL. */
export const literals = (types: readonly TelemetryType[]): string => types.map((type) => `'${type}'`).join(', ');
