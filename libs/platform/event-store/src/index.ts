export { EventAppender } from './event-appender';
export { retryOnConflict } from './retry-on-conflict';
export { handles } from './handles';
export type { EventLog } from './event-log';
export { EventStoreModule, InjectAggregates } from './event-store.module';
export { LogReader } from './log-reader/log-reader';
export { PostgresEventLog } from './postgres-event-log';
export { Relay } from './relay/relay';
