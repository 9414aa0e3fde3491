import type { Role } from '@syntropic/access';
import { createHash } from 'node:crypto';
import { createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { z } from 'zod';
import { Problem } from '../problems/problem';

/** A person or program that an OpenID provider vouches for, until its token expires. */
export type Login = Readonly<{
  subject: string;
  /** The most that its claim says; undefined where the claim names no role of ours. */
  role: Role | undefined;
  /** Milliseconds since 1970. */
  until: number;
}>;

export type OidcSettings = Readonly<{
  issuer: string;
  audience: string;
  /** The claim with the roles: its name, or a path of names with dots. */
  rolesClaim: string;
  /** The values of the claim that give a role, from the least role to the most. */
  roles: readonly Readonly<{ role: Role; value: string }>[];
}>;

/** Public keys only: a shared secret would let anyone sign who knows the public key. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];
const ANSWER_MS = 5_000;
const RETRY_SECONDS = 5;
const CLOCK_TOLERANCE_SECONDS = 5;
/** Verified tokens that are remembered; a signature costs more than all else of a request. */
const MANY_TOKENS = 10_000;

const Discovered = z.object({ issuer: z.string(), jwks_uri: z.url() });
const Claims = z.object({ sub: z.string().min(1).max(255), exp: z.number() });

/** Verifies tokens of one OpenID provider by its published keys, which are kept: known tokens and keys cost no round trip. */
export class OidcLogins {
  readonly #verified = new Map<string, Login>();
  #keys: JWTVerifyGetKey | undefined;
  #discovering: Promise<JWTVerifyGetKey> | undefined;

  constructor(private readonly settings: OidcSettings) {}

  /** A token that was verified before. */
  find(token: string): Login | undefined {
    return this.#verified.get(hashOf(token));
  }

  /** Undefined for a token that is not valid here. @throws Problem `access.provider_unavailable` */
  async verify(token: string): Promise<Login | undefined> {
    const { issuer, audience } = this.settings;
    const keys = this.#keys ?? (await this.#discover());
    try {
      const options = { issuer, audience, algorithms: ALGORITHMS, clockTolerance: CLOCK_TOLERANCE_SECONDS };
      const { payload } = await jwtVerify(token, keys, options);
      return this.#remember(token, payload);
    } catch (error) {
      if (isOfToken(error)) return undefined;
      throw unavailable(error);
    }
  }

  #remember(token: string, payload: JWTPayload): Login | undefined {
    const { data: claims } = Claims.safeParse(payload);
    if (!claims) return undefined;
    const login = { subject: claims.sub, role: this.#roleIn(payload), until: claims.exp * 1_000 };
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= MANY_TOKENS && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(hashOf(token), login);
    return login;
  }

  #roleIn(payload: JWTPayload): Role | undefined {
    const values = [valueAt(payload, this.settings.rolesClaim)].flat();
    return this.settings.roles.filter(({ value }) => values.includes(value)).at(-1)?.role;
  }

  /** The provider's keys, by its discovery document. Concurrent callers share one request. */
  #discover(): Promise<JWTVerifyGetKey> {
    this.#discovering ??= this.#readDiscovery().finally(() => {
      this.#discovering = undefined;
    });
    return this.#discovering;
  }

  async #readDiscovery(): Promise<JWTVerifyGetKey> {
    const address = `${this.settings.issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    try {
      const response = await fetch(address, { signal: AbortSignal.timeout(ANSWER_MS), redirect: 'error' });
      const { issuer, jwks_uri } = Discovered.parse(await response.json());
      if (issuer !== this.settings.issuer) throw new Error(`${address} is of the issuer ${issuer}`);
      this.#keys = createRemoteJWKSet(new URL(jwks_uri), { timeoutDuration: ANSWER_MS });
      return this.#keys;
    } catch (error) {
      throw unavailable(error);
    }
  }
}

const unavailable = (cause: unknown) =>
  new Problem('access.provider_unavailable', 'the provider of logins does not answer as it should', {
    retryAfterSeconds: RETRY_SECONDS,
    cause,
  });

/** False for faults of the provider: no answer, or none with keys. */
const isOfToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError &&
  !['ERR_JWKS_TIMEOUT', 'ERR_JOSE_GENERIC', 'ERR_JWKS_INVALID'].includes(error.code);

/** A claim by its name, or by a path of names. */
function valueAt(claims: JWTPayload, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path.split('.').reduce<unknown>((value, name) => {
    const isObject = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
    return isObject ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
  }, claims);
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64');
