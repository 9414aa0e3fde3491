import type { DomainItem, TelemetryItem } from '@syntropic/live';
import type { LiveCursor } from './live-cursor';

/** An event of an execution's live stream: of the log, of telemetry, or totals that have changed, which have no number. */
export type LiveEvent =
  | Readonly<{ lane: 'domain'; item: DomainItem }>
  | Readonly<{ lane: 'telemetry'; item: TelemetryItem }>
  | Readonly<{ lane: 'totals'; event: string; data: object }>;

/** The numbers that a stream has reached in both lanes. */
export type LiveNumbers = Pick<LiveCursor, 'position' | 'sequence'>;

/** Has the event been sent to one that has reached these numbers? */
export function isSent({ position, sequence }: LiveNumbers, event: LiveEvent): boolean {
  if (event.lane === 'domain') return event.item.position <= position;
  return event.lane === 'telemetry' && event.item.sequence <= sequence;
}

/** The numbers after the event was sent. */
export function afterEvent(numbers: LiveNumbers, event: LiveEvent): LiveNumbers {
  if (event.lane === 'domain') return { ...numbers, position: event.item.position };
  return event.lane === 'telemetry' ? { ...numbers, sequence: event.item.sequence } : numbers;
}

/** A page of each lane as one list, by time. Within a lane the numbers decide the order. */
export function* mergedByTime(
  domain: readonly DomainItem[],
  telemetry: readonly TelemetryItem[],
): Generator<LiveEvent, void> {
  let sent = 0;
  const telemetryUpTo = function* (end: number): Generator<LiveEvent, void> {
    for (const item of telemetry.slice(sent, end)) yield { lane: 'telemetry', item };
    sent = end;
  };
  for (const item of domain) {
    const later = telemetry.findIndex(({ time }, index) => index >= sent && time > item.recordedAt);
    yield* telemetryUpTo(later < 0 ? telemetry.length : later);
    yield { lane: 'domain', item };
  }
  yield* telemetryUpTo(telemetry.length);
}
