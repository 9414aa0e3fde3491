export { isTelemetryType, TELEMETRY, type TelemetryData, type TelemetryType } from './catalogue';
export type { ParsedSession } from './parser/event-writer';
export { SessionParser, type SessionOutcome } from './parser/session-parser';
export type { TaskResult } from './parser/task-result';
export { costOf, PRICES, type Price } from './prices';
export { dataOf, TelemetryEvent, type NumberedEvent } from './telemetry-event';
export { usageOf, type Leg, type LegEnd, type SessionRecord } from './totals';
export { BufferFull, EventBuffer, type EventBufferOptions } from './store/event-buffer';
export { PostgresTelemetryStore } from './store/postgres-telemetry-store';
export { TelemetryReader, type ExecutionTotals, type SessionPage, type SessionTotals } from './store/telemetry-reader';
export type { StoredBatch, TelemetryStore } from './store/telemetry-store';
export {
  CollectorReply,
  LEASE_LOST,
  MALFORMED,
  REPLY_HEADER,
  SpooledBatch,
  TELEMETRY_STREAM,
  telemetrySubject,
  type TelemetryBatch,
} from './telemetry-batch';
export { liveMessagesOf, liveSubject, type TelemetryFrame } from './live-frame';
export { BatchRefused, CollectorClient, LeaseLost, type CollectorClientOptions } from './collector-client';
