import { Roles } from './0001-roles';
import { Telemetry } from './0004-telemetry';

/** The one history of the schema, oldest first. */
export const MIGRATIONS = [Roles, Telemetry] as const;
