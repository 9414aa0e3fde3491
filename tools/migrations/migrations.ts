import { Roles } from './0001-roles';
import { Log } from './0002-log';
import { Telemetry } from './0004-telemetry';
import { Relay } from './0005-relay';
import { DeadLetters } from './0006-dead-letters';

/** The one history of the schema, oldest first. */
export const MIGRATIONS = [Roles, Log, Telemetry, Relay, DeadLetters] as const;
