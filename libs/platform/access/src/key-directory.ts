import { repeat, Signal } from '@syntropic/async';
import type { ApiKeyId } from '@syntropic/kernel';
import { setTimeout } from 'node:timers/promises';
import type { Pool } from 'pg';
import { idInApiKey, isSameHash, secretHashOf } from './api-key';
import type { Role } from './role';

/** Core NATS, without content: API keys have changed. */
export const KEYS_CHANGED = 'keys.changed';

/** A key that may be used now. */
export type ValidKey = Readonly<{
  keyId: ApiKeyId;
  role: Role;
  /** Empty for a key of the whole API. */
  scopes: readonly string[];
  requestsPerMinute: number | null;
}>;

type Known = ValidKey &
  Readonly<{
    secretHash: string;
    /** Milliseconds since 1970 by the clock of the database, as every time here. */
    expiresAt: number;
    former: Readonly<{ secretHash: string; until: number }> | undefined;
  }>;

type Row = Omit<ValidKey, 'keyId'> &
  Readonly<{
    head: number;
    epoch: string;
    streamSecret: string;
    now: number;
    keyId: ApiKeyId | null;
    revision: number;
    secretHash: string;
    formerSecretHash: string | null;
    formerUntil: number | null;
    expiresAt: number;
    isRevoked: boolean;
  }>;

type State = Readonly<{
  epoch: string;
  revision: number;
  streamSecret: string;
  /** The clock of the database, and ours, at the last answer. */
  databaseNow: number;
  readAt: number;
}>;

export type DirectoryOptions = Readonly<{
  onFault?: (error: unknown) => void;
  /** Milliseconds between polls, which find the changes whose announcement was lost. */
  everyMs?: number;
  /** Milliseconds after the last answer of the database for which keys are still known. */
  trustedMs?: number;
}>;

const POLL_MS = 5_000;
const TRUSTED_MS = 60_000;
/** Unknown keys make the directory read at most this often, and wait for it. */
const MISS_MS = 250;
const PAGE = 1_000;

const ms = (column: string) => `(extract(epoch from ${column}) * 1000)::float8`;

/** One statement sees one state: a change up to the head cannot be missing, because the head's row is locked by each change. */
const CHANGES = `
  select s.revision as head, h.store_epoch as epoch, s.stream_secret as "streamSecret", ${ms('clock_timestamp()')} as now,
    k.key_id as "keyId", k.revision, k.role, k.scopes, k.requests_per_minute as "requestsPerMinute",
    k.secret_hash as "secretHash", k.former_secret_hash as "formerSecretHash", ${ms('k.former_secret_until')} as "formerUntil",
    ${ms('k.expires_at')} as "expiresAt", k.revoked_at is not null as "isRevoked"
  from ops.api_key_state s cross join log.log_head h
  left join lateral (select * from ops.api_keys where revision > $1 order by revision limit ${PAGE}) k on true
  order by k.revision`;

/** All valid API keys in memory: checks need no server. Changes arrive by announcements, and by polls where these are lost. */
export class KeyDirectory {
  readonly #keys = new Map<string, Known>();
  readonly #listeners = new Set<() => void>();
  readonly #news = new Signal();
  #state: State | undefined;
  #reading: Promise<void> | undefined;
  #next: Promise<void> | undefined;
  #afterMiss: Promise<void> | undefined;
  #missedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly pool: Pool,
    private readonly options: DirectoryOptions = {},
  ) {}

  /** Reads until the signal. */
  async run(signal: AbortSignal): Promise<void> {
    const { everyMs = POLL_MS, onFault = () => undefined } = this.options;
    await repeat(signal, { everyMs, wake: this.#news, onFault }, () => this.refresh());
  }

  /** Keys have changed. */
  notify(): void {
    this.#news.notify();
  }

  /** Called after each reading: keys may have been revoked, and others have expired. */
  onRefresh(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** False while the database has never answered, or not for a minute. */
  get isTrusted(): boolean {
    const { trustedMs = TRUSTED_MS } = this.options;
    return this.#state !== undefined && performance.now() - this.#state.readAt < trustedMs;
  }

  /** True once a key was made, also when none is valid any more. */
  get hasKeys(): boolean {
    return this.#state !== undefined && this.#state.revision > 0;
  }

  /** Signs tokens that every replica accepts; undefined before the first reading. */
  get streamSecret(): string | undefined {
    return this.#state?.streamSecret;
  }

  /** Milliseconds since 1970, by the clock of the database. */
  get now(): number {
    const { databaseNow, readAt } = this.#state ?? { databaseNow: Date.now(), readAt: performance.now() };
    return databaseNow + performance.now() - readAt;
  }

  /** The key of this text if it is valid. */
  find(text: string): ValidKey | undefined {
    const known = this.#known(idInApiKey(text));
    if (!known) return undefined;
    const hash = secretHashOf(text);
    return this.#accepts(known, hash) ? known : undefined;
  }

  /** The valid key of this id, whichever secret it has. */
  findById(keyId: string): ValidKey | undefined {
    return this.#known(keyId);
  }

  /** Reads once more for a key that is well-formed and unknown: another replica may have made it a moment ago. */
  async findNew(text: string): Promise<ValidKey | undefined> {
    const found = this.find(text);
    if (found || idInApiKey(text) === undefined) return found;
    this.#afterMiss ??= this.#readAfterMiss();
    await this.#afterMiss;
    return this.find(text);
  }

  async #readAfterMiss(): Promise<void> {
    await setTimeout(Math.max(0, this.#missedAt + MISS_MS - performance.now()));
    // The next unknown key must not share a reading that has begun.
    this.#afterMiss = undefined;
    this.#missedAt = performance.now();
    await this.refresh();
  }

  /** Reads what has changed. Callers during a reading share the next one, which begins after their call. */
  refresh(): Promise<void> {
    if (!this.#reading) return this.#begin();
    const next = async (before: Promise<void>) => {
      await before.catch(() => undefined);
      this.#next = undefined;
      await this.#begin();
    };
    this.#next ??= next(this.#reading);
    return this.#next;
  }

  #begin(): Promise<void> {
    this.#reading = this.#read().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  async #read(): Promise<void> {
    for (let after = this.#state?.revision; after !== undefined || !this.#state;) {
      const { rows, first, readAt } = await this.#page(after ?? 0);
      if (this.#isOtherLog(first)) {
        this.#keys.clear();
        this.#state = undefined;
        after = undefined;
        continue;
      }
      for (const row of rows) this.#take(row);
      after = rows.length < PAGE ? undefined : rows.at(-1)?.revision;
      const { head: revision, epoch, streamSecret, now: databaseNow } = first;
      if (after === undefined) this.#state = { epoch, revision, streamSecret, databaseNow, readAt };
    }
    this.#forgetExpired();
    for (const listener of this.#listeners) listener();
  }

  #forgetExpired(): void {
    for (const { keyId, expiresAt } of this.#keys.values()) if (expiresAt <= this.now) this.#keys.delete(keyId);
  }

  async #page(after: number) {
    const readAt = performance.now();
    const { rows } = await this.pool.query<Row>(CHANGES, [after]);
    const [first] = rows;
    if (!first) throw new Error('ops.api_key_state has no row');
    return { rows, first, readAt };
  }

  /** After a restore the known keys may never have existed, and revisions are given anew. */
  #isOtherLog({ epoch, head }: Row): boolean {
    return this.#state !== undefined && (epoch !== this.#state.epoch || head < this.#state.revision);
  }

  #take({ keyId, isRevoked, formerSecretHash, formerUntil, ...row }: Row): void {
    if (keyId === null) return;
    if (isRevoked || row.expiresAt <= row.now) {
      this.#keys.delete(keyId);
      return;
    }
    const { role, scopes, requestsPerMinute, secretHash, expiresAt } = row;
    const former = formerSecretHash === null ? undefined : { secretHash: formerSecretHash, until: formerUntil ?? 0 };
    this.#keys.set(keyId, { keyId, role, scopes, requestsPerMinute, secretHash, expiresAt, former });
  }

  #known(keyId: string | undefined): Known | undefined {
    const known = keyId === undefined ? undefined : this.#keys.get(keyId);
    return known && known.expiresAt > this.now ? known : undefined;
  }

  #accepts({ secretHash, former }: Known, hash: string): boolean {
    if (isSameHash(secretHash, hash)) return true;
    return former !== undefined && isSameHash(former.secretHash, hash) && former.until > this.now;
  }
}
