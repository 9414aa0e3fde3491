import { z } from 'zod';

/** The roles of callers, from the least to the most: each may do what those before it may. */
const ROLES = ['viewer', 'operator', 'admin'] as const;

export const Role = z.enum(ROLES);
export type Role = z.infer<typeof Role>;

/** The least role that a request needs; `public` needs no caller to be known. */
export type Access = 'public' | Role;

/** True when a role may do what the needed one may. */
export const includesRole = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed);
