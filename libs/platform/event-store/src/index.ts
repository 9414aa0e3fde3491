export { AppendOutcomeUnknown, VersionConflict, type Append, type AppendOutcome, type NewEvent } from './append';
export { EventAppender, type EventAppenderOptions } from './event-appender';
export type { EventLog, Head } from './event-log';
export { EventStoreModule, InjectAggregates, type EventStoreOptions } from './event-store.module';
export { LogReader, type Apply } from './log-reader/log-reader';
export { PostgresEventLog } from './postgres-event-log';
export { StoredAggregates, type AggregateStores } from './stored-aggregates';
export { StoredStreams } from './stored-streams';
export { schemaVersionOf, upcast } from './upcast';
