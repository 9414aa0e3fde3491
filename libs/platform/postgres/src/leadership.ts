import { pause, repeat } from '@syntropic/async';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';

/** A time in which this process alone leads. Statements that a former leader must not carry out check the owner in their `where`. */
export type Term = Readonly<{
  owner: string;
  /** Aborted when the lease is lost, and when the caller stops. */
  signal: AbortSignal;
}>;

export type LeadershipOptions = Readonly<{
  leaseMs?: number;
  /** Reports a fault that ended a term or kept it from beginning; leadership is sought again in any case. */
  onFault?: (error: unknown) => void;
}>;

const LEASE_MS = 5_000;

/** The lease lasts at least until `expiry`, by this process's monotonic clock. */
type HeldLease = Readonly<{ owner: string; expiry: number }>;

const ACQUIRE = `
  insert into ops.leases as lease (name, owner, expires_at)
  values ($1, $2, clock_timestamp() + $3 * interval '1 ms')
  on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
  where lease.expires_at < clock_timestamp()`;

const RENEW = `
  update ops.leases set expires_at = clock_timestamp() + $3 * interval '1 ms' where name = $1 and owner = $2`;

const RELEASE = 'delete from ops.leases where name = $1 and owner = $2';

/** Leader election: one process at a time does a piece of work, the one that `ops.leases` names by the database's clock. */
export class Leadership {
  readonly #leaseMs: number;
  readonly #onFault: (error: unknown) => void;

  constructor(
    private readonly pool: Pool,
    private readonly name: string,
    { leaseMs = LEASE_MS, onFault = () => undefined }: LeadershipOptions = {},
  ) {
    this.#leaseMs = leaseMs;
    this.#onFault = onFault;
  }

  /** Until the signal: waits for the lease, works while it holds, and starts over when the lease is lost or the work fails. */
  lead(work: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void> {
    return repeat(signal, { everyMs: this.#renewMs, onFault: this.#onFault }, async () => {
      // Each term has an owner of its own, so a delayed release of the term before cannot end the next one.
      const owner = randomUUID();
      const expiry = await this.#take(ACQUIRE, owner);
      if (expiry !== undefined) await this.#serve(work, { owner, expiry }, signal);
    });
  }

  get #renewMs(): number {
    return this.#leaseMs / 3;
  }

  async #serve(work: (term: Term) => Promise<void>, lease: HeldLease, signal: AbortSignal): Promise<void> {
    const { owner } = lease;
    const term = new AbortController();
    const ended = AbortSignal.any([term.signal, signal]);
    const renewing = this.#renew(term, lease, ended);
    try {
      await work({ owner, signal: ended });
    } finally {
      term.abort();
      await renewing;
      await this.#query(RELEASE, this.name, owner).catch(this.#onFault);
    }
  }

  /** Ends the term also when a renewal is not answered in time: another process may lead from then on. */
  async #renew(term: AbortController, { owner, expiry: firstExpiry }: HeldLease, ended: AbortSignal): Promise<void> {
    const endAt = (expiry: number) =>
      setTimeout(() => {
        term.abort();
      }, expiry - performance.now());
    let deadline = endAt(firstExpiry);

    await pause(this.#renewMs, ended);
    await repeat(ended, { everyMs: this.#renewMs, onFault: this.#onFault }, async () => {
      const expiry = await this.#take(RENEW, owner);
      clearTimeout(deadline);
      deadline = endAt(expiry ?? 0);
    });
    clearTimeout(deadline);
  }

  /** Acquires or renews the lease. Resolves with its earliest expiry, or undefined when another process holds it. */
  async #take(statement: string, owner: string): Promise<number | undefined> {
    const requestedAt = performance.now();
    const { rowCount } = await this.#query(statement, this.name, owner, this.#leaseMs);
    return rowCount === 1 ? requestedAt + this.#leaseMs : undefined;
  }

  /** Times out with the lease: a silent store must not prolong a term. */
  #query(text: string, ...values: readonly (string | number)[]) {
    const query = { text, values: [...values], query_timeout: this.#leaseMs };
    return this.pool.query(query);
  }
}
