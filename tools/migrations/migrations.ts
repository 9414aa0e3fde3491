import { Roles } from './0001-roles';

/** The one history of the schema, oldest first. */
export const MIGRATIONS = [Roles] as const;
