import { Roles } from './0001-roles';
import { Log } from './0002-log';
import { Read } from './0007-read';

/** The one history of the schema, oldest first. */
export const MIGRATIONS = [Roles, Log, Read] as const;
