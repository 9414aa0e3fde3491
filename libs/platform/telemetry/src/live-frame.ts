import { divided } from './divided';
import type { NumberedEvent } from './telemetry-event';

/** Telemetry for a live stream: consecutive events of an execution, from sequence `first`. */
export type TelemetryFrame = Readonly<{
  lane: 'telemetry';
  first: number;
  events: readonly FrameEvent[];
}>;

type FrameEvent = Readonly<
  Pick<NumberedEvent, 'type' | 'time' | 'sessionId' | 'phaseId' | 'data'> & { sequence: number }
>;

export const liveSubject = (executionId: string): string => `live.${executionId}`;

/**
 * Newly stored events as messages for live streams, none larger than `maxBytes`; streams read larger events from the tables.
 * Events outside executions have no live stream.
 */
export function liveMessagesOf(
  stored: readonly NumberedEvent[],
  maxBytes: number,
): { subject: string; data: string }[] {
  return consecutiveRuns(stored).flatMap(({ executionId, events }) =>
    divided(events, (run) => Buffer.byteLength(encoded(run)) <= maxBytes)
      .map((run) => ({ subject: liveSubject(executionId), data: encoded(run) }))
      .filter(({ data }) => Buffer.byteLength(data) <= maxBytes),
  );
}

function consecutiveRuns(stored: readonly NumberedEvent[]): { executionId: string; events: FrameEvent[] }[] {
  const runs: { executionId: string; events: FrameEvent[] }[] = [];
  const open = new Map<string, { executionId: string; events: FrameEvent[] }>();
  for (const { executionId, sequence, type, time, sessionId, phaseId, data } of stored) {
    if (executionId === null || sequence === null) continue;
    let run = open.get(executionId);
    if (run?.events.at(-1)?.sequence !== sequence - 1) {
      run = { executionId, events: [] };
      open.set(executionId, run);
      runs.push(run);
    }
    run.events.push({ sequence, type, time, sessionId, phaseId, data });
  }
  return runs;
}

function encoded(events: readonly FrameEvent[]): string {
  const frame: TelemetryFrame = { lane: 'telemetry', first: events[0]?.sequence ?? 0, events };
  return JSON.stringify(frame);
}
