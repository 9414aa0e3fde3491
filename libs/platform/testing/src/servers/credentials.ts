import { randomBytes } from 'node:crypto';

/** A password that needs no escaping in a URL, a configuration file or SQL. */
export const randomPassword = (): string => randomBytes(24).toString('base64url');
