import { Roles } from './0001-roles';
import { Log } from './0002-log';

/** The one history of the schema, oldest first. */
export const MIGRATIONS = [Roles, Log] as const;
