export { isTelemetryType, TELEMETRY, type TelemetryData, type TelemetryType } from './catalogue';
export { boundaryOf, type Boundary } from './parser/boundary';
export type { ParsedSession } from './parser/event-writer';
export { SessionParser, type SessionOutcome } from './parser/session-parser';
export type { TaskResult } from './parser/task-result';
export { costOf, PRICES, type Price } from './prices';
export { dataOf, TelemetryEvent, type NumberedEvent } from './telemetry-event';
export { usageOf, type Leg, type LegEnd, type SessionRecord } from './totals';
