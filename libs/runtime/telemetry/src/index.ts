export { PRICE_TABLE_VERSION } from './price-table';
export { TELEMETRY, type TelemetryType } from './catalogue';
export { LARGEST_COUNT } from './largest-count';
export { costOf, priceOf, searchFeeOf, type Tokens } from './prices';
export type { LegReport } from './parser/leg-report';
export { AgentOutput, SessionParser } from './parser/session-parser';
export { TelemetryEvent, type NumberedEvent } from './telemetry-event';
export { CollectedBatch, collectedFact, MAX_EVENTS, type EventFault } from './ingest/collected-event';
export { jsonIn, textIn } from './ingest/json-body';
export { hookFact } from './ingest/hook-line';
export { factsOfRecord, NO_SESSION } from './ingest/otlp/otlp-facts';
export { recordsIn } from './ingest/otlp/otlp-records';
export {
  OTLP_SIGNALS,
  otlpMessage,
  otlpRequestBytes,
  otlpResponse,
  otlpResponseBytes,
  otlpStatus,
  type OtlpSignal,
} from './ingest/otlp/otlp-wire';
export {
  eventOf,
  isToBeKept,
  isUnreadable,
  reportedFactText,
  withoutSecrets,
  type ReportedFact,
} from './ingest/reported-fact';
export { Unreadable } from './ingest/unreadable';
export { BufferFull, EventBuffer } from './store/event-buffer';
export { Quarantine, quarantinedEvents, quarantineReasons } from './store/quarantine';
export { SessionPlaces } from './store/session-places';
export { PostgresTelemetryStore } from './store/postgres-telemetry-store';
export { USUAL_RETENTION, type Retention } from './store/retention';
export { TelemetryReader, type ExecutionTotals } from './store/telemetry-reader';
export { EventLists } from './store/event-lists';
export { formatEventCursor, parseEventCursor, type EventCursor } from './store/event-cursor';
export { TOOL_TYPES, ToolReader, type ToolFigures } from './store/tool-figures';
export { LAYOUTS } from './store/layout';
export { moveStore } from './store/move-store';
export { openRepricings, repriceAllSessions, repriceStore, type Repricings } from './store/reprice';
export { RollUps, type RolledUpTool, type RolledUpUsage } from './store/roll-ups';
export { TextSearch } from './store/text-search';
export type { NoYieldPoint } from './store/yield-point';
export type { StoredBatch, TelemetryStore } from './store/telemetry-store';
export {
  CollectorReply,
  LEASE_LOST,
  linesOfMessage,
  MALFORMED,
  messageOf,
  QUARANTINE_SUBJECT,
  QuarantineReplay,
  REPLY_HEADER,
  readBatch,
  SHARED_TELEMETRY,
  SpooledBatch,
  TELEMETRY_STREAM,
  telemetrySubject,
  type UnreadableEvent,
} from './telemetry-batch';
export { LARGEST_EVENT, objectOf } from './parser/storable-text';
export { liveMessagesOf } from './live-messages';
export { BatchRefused, CollectorClient, LeaseLost } from './collector-client';
