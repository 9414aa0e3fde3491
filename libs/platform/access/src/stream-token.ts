import { createHmac } from 'node:crypto';
import { z } from 'zod';
import { isSameHash } from './api-key';
import { Role } from './role';

/** Milliseconds in which a stream may be opened with its token. */
const LIFETIME_MS = 300_000;

const StreamClaims = z.object({
  /** The execution that may be watched, or `activity` for the feed of all. */
  subject: z.string(),
  actor: z.object({ kind: z.enum(['user', 'key', 'service', 'github']), id: z.string() }),
  /** A login's role and its end, in milliseconds since 1970; a key has both in the directory. */
  login: z.object({ role: z.union([Role, z.undefined()]), until: z.number() }).optional(),
  /** Milliseconds since 1970. */
  expiresAt: z.number(),
});
export type StreamClaims = z.infer<typeof StreamClaims>;

/** A token that opens one stream. The secret is known to every gateway. */
export function signStreamToken(claims: Omit<StreamClaims, 'expiresAt'>, secret: string, now: number) {
  const expiresAt = now + LIFETIME_MS;
  const body = Buffer.from(JSON.stringify({ ...claims, expiresAt })).toString('base64url');
  return { token: `${body}.${signatureOf(body, secret)}`, expiresAt };
}

/** The claims of a token for this stream; undefined for one that is wrong, expired, or for another stream. */
export function streamClaimsIn(token: string, subject: string, secret: string, now: number): StreamClaims | undefined {
  const [body = '', signature = '', ...more] = token.split('.');
  if (more.length > 0 || !isSameHash(signature, signatureOf(body, secret))) return undefined;
  // Signed by a gateway, perhaps by one of another version.
  const { data } = StreamClaims.safeParse(JSON.parse(Buffer.from(body, 'base64url').toString()));
  return data?.subject === subject && data.expiresAt > now ? data : undefined;
}

const signatureOf = (body: string, secret: string): string =>
  createHmac('sha256', `stream token ${secret}`).update(body).digest('base64url');
