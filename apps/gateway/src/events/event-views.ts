import { nameText } from '@syntropic/kernel';
import type { NumberedEvent, ToolFigures } from '@syntropic/telemetry';

export const eventView = ({ type, time, sessionId, executionId, phaseId, data }: NumberedEvent) => ({
  time,
  event_type: type,
  session_id: sessionId,
  execution_id: executionId,
  phase_id: phaseId,
  data,
});

/** Types whose events are failures without a field that says so. */
const FAILURES: ReadonlySet<string> = new Set(['tool_execution_failed', 'tool_blocked', 'session_error', 'error']);

/** The outcome, name and duration that an event tells of; null for a field that it has not, or that is of another type. */
export function outcomeOf({ type, data }: Pick<NumberedEvent, 'type' | 'data'>) {
  const { tool_name, duration_ms, success } = data;
  return {
    tool_name: typeof tool_name === 'string' ? nameText(tool_name) : null,
    duration_ms: typeof duration_ms === 'number' ? Math.round(duration_ms) : null,
    success: FAILURES.has(type) ? false : typeof success === 'boolean' ? success : null,
  };
}

export const timelineEntry = (event: NumberedEvent) => ({
  time: event.time,
  event_type: event.type,
  ...outcomeOf(event),
});

export function toolSummary({ tool, calls, succeeded, failed, durationMs }: ToolFigures) {
  const ended = succeeded + failed;
  return {
    tool_name: tool,
    call_count: calls,
    success_count: succeeded,
    error_count: failed,
    total_duration_ms: Math.round(durationMs),
    avg_duration_ms: ended === 0 ? 0 : durationMs / ended,
  };
}
