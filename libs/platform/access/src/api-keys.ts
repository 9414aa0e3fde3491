import { DomainError, type ApiKeyId, type DataOf } from '@syntropic/kernel';
import { cutPage, instant, ListOrder, type ListPlace, type Ordered, type OrderValues } from '@syntropic/postgres';
import type { Pool } from 'pg';
import { KEY_LIMITS, type keyCommands } from './key-commands';
import type { Role } from './role';

type CreateKey = DataOf<typeof keyCommands.CreateKey>;
type RotateKey = DataOf<typeof keyCommands.RotateKey>;
type RevokeKey = DataOf<typeof keyCommands.RevokeKey>;

/** A key as administrators see it. Instants are ISO 8601, UTC. */
export type ApiKeySummary = Readonly<{
  keyId: ApiKeyId;
  name: string;
  role: Role;
  scopes: readonly string[];
  requestsPerMinute: number | null;
  status: 'active' | 'expired' | 'revoked';
  createdAt: string;
  createdBy: string;
  expiresAt: string;
  rotatedAt: string | null;
  rotatedBy: string | null;
  /** Until then the secret before the last rotation is valid too. */
  formerSecretUntil: string | null;
  revokedAt: string | null;
  revokedBy: string | null;
}>;

const NEWEST_FIRST = new ListOrder([
  { sql: 'created_at', type: 'timestamp with time zone', direction: 'desc' },
  { sql: 'key_id', type: 'text', direction: 'asc' },
]);

/** A part of the list of keys, and the number of all that are listed. */
type ListedKeys = Readonly<{ keys: readonly ApiKeySummary[]; total: number; next: OrderValues | null }>;

const IS_ACTIVE = 'revoked_at is null and expires_at > clock_timestamp()';

/** Each change takes the next revision under the lock of one row, so revisions become visible in their order. */
const NEXT_REVISION = 'head as (update ops.api_key_state set revision = revision + 1 returning revision)';

const SUMMARY = `
  key_id as "keyId", name, role, scopes, requests_per_minute as "requestsPerMinute",
  case when revoked_at is not null then 'revoked' when expires_at <= clock_timestamp() then 'expired' else 'active' end as status,
  ${instant('created_at')} as "createdAt", created_by as "createdBy", ${instant('expires_at')} as "expiresAt",
  ${instant('rotated_at')} as "rotatedAt", rotated_by as "rotatedBy", ${instant('former_secret_until')} as "formerSecretUntil",
  ${instant('revoked_at')} as "revokedAt", revoked_by as "revokedBy"`;

/** The API keys in the database. Gateways read them by a `KeyDirectory`. */
export class ApiKeys {
  /** `announce` is called after each change. */
  constructor(
    private readonly pool: Pool,
    private readonly announce: () => void = () => undefined,
  ) {}

  /** Repeated it changes nothing. @throws DomainError `key.already_exists`, `key.too_many` */
  async create(key: CreateKey, by: string): Promise<void> {
    const { rowCount } = await this.pool.query(
      `with ${NEXT_REVISION}
       insert into ops.api_keys (key_id, revision, name, role, scopes, requests_per_minute, secret_hash, created_by, expires_at)
       select $1, head.revision, $2, $3, $4, $5, $6, $7, clock_timestamp() + make_interval(days => $8)
       from head where (select count(*) from ops.api_keys where ${IS_ACTIVE}) < $9
       on conflict (key_id) do nothing`,
      [
        key.keyId,
        key.name,
        key.role,
        key.scopes,
        key.requestsPerMinute ?? null,
        key.secretHash,
        by,
        key.lifetimeDays,
        KEY_LIMITS.valid,
      ],
    );
    if (rowCount === 1) {
      this.announce();
      return;
    }
    const known = await this.#secretHashOf(key.keyId);
    if (known === undefined) throw new DomainError('key.too_many', `there are ${KEY_LIMITS.valid} keys`, 'conflict');
    if (known !== key.secretHash) throw new DomainError('key.already_exists', `${key.keyId} exists`, 'conflict');
  }

  /** Repeated it changes nothing. @throws DomainError `key.not_found`, `key.revoked` */
  async rotate({ keyId, secretHash, graceSeconds, lifetimeDays }: RotateKey, by: string): Promise<void> {
    const { rowCount } = await this.pool.query(
      `with ${NEXT_REVISION}
       update ops.api_keys set
         revision = head.revision, secret_hash = $2, former_secret_hash = secret_hash,
         former_secret_until = least(clock_timestamp() + make_interval(secs => $3), expires_at),
         expires_at = clock_timestamp() + make_interval(days => $4), rotated_at = clock_timestamp(), rotated_by = $5
       from head where key_id = $1 and revoked_at is null and secret_hash <> $2`,
      [keyId, secretHash, graceSeconds, lifetimeDays, by],
    );
    if (rowCount === 1) {
      this.announce();
      return;
    }
    const known = await this.#secretHashOf(keyId);
    if (known === undefined) throw unknownKey(keyId);
    if (known !== secretHash) throw new DomainError('key.revoked', `${keyId} was revoked`, 'conflict');
  }

  /** @throws DomainError `key.not_found` */
  async revoke({ keyId }: RevokeKey, by: string): Promise<void> {
    const { rowCount } = await this.pool.query(
      `with ${NEXT_REVISION}
       update ops.api_keys set revision = head.revision, revoked_at = clock_timestamp(), revoked_by = $2
       from head where key_id = $1 and revoked_at is null`,
      [keyId, by],
    );
    if (rowCount === 1) this.announce();
    else if ((await this.#secretHashOf(keyId)) === undefined) throw unknownKey(keyId);
  }

  /** Deletes keys that were not valid for more than a year. */
  async forget(): Promise<void> {
    await this.pool.query(
      `delete from ops.api_keys where least(revoked_at, expires_at) < clock_timestamp() - interval '400 days'`,
    );
  }

  /** @throws DomainError `key.not_found` */
  async find(keyId: ApiKeyId): Promise<ApiKeySummary> {
    const { rows } = await this.pool.query<ApiKeySummary>(`select ${SUMMARY} from ops.api_keys where key_id = $1`, [
      keyId,
    ]);
    const [found] = rows;
    if (!found) throw unknownKey(keyId);
    return found;
  }

  /** The newest first, and how many there are. */
  async list(includeInactive: boolean, place: ListPlace): Promise<ListedKeys> {
    const where = `($1 or (${IS_ACTIVE}))`;
    const values: unknown[] = [includeInactive];
    const { condition, range } = NEWEST_FIRST.pageOf(place, (value) => `$${values.push(value)}`);
    const { rows: found } = await this.pool.query<ApiKeySummary & Ordered>(
      `select ${SUMMARY}, ${NEWEST_FIRST.values} as order_values from ops.api_keys where ${where} and ${condition} ${range}`,
      values,
    );
    const { rows: keys, next } = cutPage(found, place.limit);
    const { rows } = await this.pool.query<{ total: number }>(
      `select count(*) as total from ops.api_keys where ${where}`,
      [includeInactive],
    );
    return { keys, total: rows[0]?.total ?? 0, next };
  }

  async #secretHashOf(keyId: ApiKeyId): Promise<string | undefined> {
    const { rows } = await this.pool.query<{ secret_hash: string }>(
      'select secret_hash from ops.api_keys where key_id = $1',
      [keyId],
    );
    return rows[0]?.secret_hash;
  }
}

const unknownKey = (keyId: string) => new DomainError('key.not_found', `there is no key ${keyId}`, 'not_found');
