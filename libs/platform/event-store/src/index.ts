export { AppendOutcomeUnknown } from './append';
export { EventAppender } from './event-appender';
export { decidedAgain } from './decided-again';
export { handles } from './handles';
export type { EventLog } from './event-log';
export { EventStoreModule, InjectAggregates } from './event-store.module';
export { LogReader } from './log-reader/log-reader';
export { PostgresEventLog } from './postgres-event-log';
export { Relay } from './relay/relay';
