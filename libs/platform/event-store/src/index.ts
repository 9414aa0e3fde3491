export type { EventLog, Head } from './event-log';
export { PostgresEventLog } from './postgres-event-log';
export { LogReader, type Apply } from './log-reader/log-reader';
