import { encodeLiveFrame, liveSubject, type TelemetryItem } from '@syntropic/live';
import { divided } from './divided';
import type { NumberedEvent } from './telemetry-event';

type Run = { executionId: string; events: TelemetryItem[] };

/**
 * Newly stored events as messages for live streams, none larger than `maxBytes`; streams read larger events from the tables.
 * Events outside executions have no live stream.
 * @throws LiveFrameFault
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

/** Events of one execution whose sequence numbers follow each other. */
function consecutiveRuns(stored: readonly NumberedEvent[]): readonly Run[] {
  const runs: Run[] = [];
  const open = new Map<string, Run>();
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

const encoded = (events: readonly TelemetryItem[]): string =>
  encodeLiveFrame({ lane: 'telemetry', first: events[0]?.sequence ?? 0, events });
