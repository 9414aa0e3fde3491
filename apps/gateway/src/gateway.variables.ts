import { includesRole, Role } from '@syntropic/access';
import { objectVariables, withObjects } from '@syntropic/object-storage';
import { z } from 'zod';

const listed = (list: string): string[] => list.split(',').flatMap((each) => each.trim().toLowerCase() || []);

/** `role:value` pairs; a value may hold colons. */
const pairsIn = (list: string) =>
  list.split(',').map((pair) => {
    const [role, ...value] = pair.trim().split(':');
    return { role, value: value.join(':') };
  });

const RoleValues = z
  .array(z.object({ role: Role, value: z.string().min(1) }))
  .transform((pairs) => pairs.sort((a, b) => (includesRole(a.role, b.role) ? 1 : -1)));

export const variables = withObjects(
  z.object({
    PORT: z.coerce.number().int().min(0).max(65_535).default(8137),
    HOST: z.string().default('127.0.0.1'),
    /** Host names under which other machines reach the gateway, separated by commas; they are served once a key exists. */
    PUBLIC_HOSTS: z
      .string()
      .default('')
      .transform(listed)
      .pipe(z.array(z.string().regex(/^[a-z0-9]([a-z0-9.-]{0,252}[a-z0-9])?$/, 'is no host name without a port'))),
    /** Origins of further web pages that may use the API, separated by commas. */
    ALLOWED_ORIGINS: z
      .string()
      .default('')
      .transform(listed)
      .pipe(
        z.array(
          z.url({ protocol: /^https?$/, abort: true }).refine((url) => new URL(url).origin === url, 'is no origin'),
        ),
      ),
    /** Requests of a caller per minute, where its key says nothing else. */
    REQUESTS_PER_MINUTE: z.coerce.number().int().min(1).max(1_000_000).default(6_000),
    /** An OpenID provider whose access tokens (JWT) are accepted. */
    OIDC_ISSUER: z.url({ protocol: /^https?$/ }).optional(),
    OIDC_AUDIENCE: z.string().min(1).default('syntropic'),
    /** The claim that holds the roles: its name, or a path such as `realm_access.roles`. */
    OIDC_ROLES_CLAIM: z.string().min(1).default('roles'),
    /** Which value of the claim gives which role: `viewer:readers,operator:ops,admin:admins`. */
    OIDC_ROLES: z.string().default('viewer:viewer,operator:operator,admin:admin').transform(pairsIn).pipe(RoleValues),
    /** The secret of the GitHub App's webhook. Without one, no delivery is accepted. */
    GITHUB_WEBHOOK_SECRET: z
      .union([z.literal(''), z.string().min(8)])
      .default('')
      .transform((secret) => secret || undefined),
    DATABASE_URL: z.url(),
    NATS_URL: z.string().min(1),
    REDIS_URL: z.url().optional(),
    ...objectVariables,
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  }),
);
