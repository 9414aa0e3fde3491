import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';

/** A time in which this process alone is in charge. What must not come from a former owner names its own in the statement's `where`. */
export type Term = Readonly<{
  owner: string;
  /** Aborted when the lease is lost, and when the caller stops. */
  signal: AbortSignal;
}>;

export type LeadershipOptions = Readonly<{
  leaseMs?: number;
  /** Hears what ended a term or kept it from beginning. It is tried again in any case. */
  onFault?: (error: unknown) => void;
}>;

const LEASE_MS = 5_000;

/** Until when, at least, by this process's monotonic clock. */
type Held = Readonly<{ owner: string; expiry: number }>;

const ACQUIRE = `
  insert into ops.leases as lease (name, owner, expires_at)
  values ($1, $2, clock_timestamp() + $3 * interval '1 ms')
  on conflict (name) do update set owner = excluded.owner, expires_at = excluded.expires_at
  where lease.expires_at < clock_timestamp()`;

const RENEW = `
  update ops.leases set expires_at = clock_timestamp() + $3 * interval '1 ms' where name = $1 and owner = $2`;

const RELEASE = 'delete from ops.leases where name = $1 and owner = $2';

/** One process at a time does a piece of work: the one that `ops.leases` names, by the database's clock. */
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
  async lead(work: (term: Term) => Promise<void>, signal: AbortSignal): Promise<void> {
    do {
      try {
        // A name for this term alone: a farewell that wakes up late in the store takes nothing from the next one.
        const owner = randomUUID();
        const expiry = await this.#hold(ACQUIRE, owner);
        if (expiry !== undefined) await this.#serve(work, { owner, expiry }, signal);
      } catch (error) {
        this.#onFault(error);
      }
    } while (await this.#pause(signal));
  }

  async #serve(work: (term: Term) => Promise<void>, { owner, expiry }: Held, signal: AbortSignal): Promise<void> {
    const term = new AbortController();
    const ended = AbortSignal.any([term.signal, signal]);
    const renewing = this.#renew(term, { owner, expiry }, ended);
    try {
      await work({ owner, signal: ended });
    } finally {
      term.abort();
      await renewing;
      await this.#query(RELEASE, this.name, owner).catch(this.#onFault);
    }
  }

  /** A renewal that is not answered in time ends the term as well: from then on somebody else may be in charge. */
  async #renew(term: AbortController, held: Held, ended: AbortSignal): Promise<void> {
    const endAt = (expiry: number) =>
      setTimeout(() => {
        term.abort();
      }, expiry - performance.now());
    let watch = endAt(held.expiry);

    while (await this.#pause(ended)) {
      try {
        const expiry = await this.#hold(RENEW, held.owner);
        clearTimeout(watch);
        watch = endAt(expiry ?? 0);
      } catch (error) {
        this.#onFault(error);
      }
    }
    clearTimeout(watch);
  }

  /** Until when the lease is ours at least, by this process's monotonic clock; undefined when it is somebody else's. */
  async #hold(statement: string, owner: string): Promise<number | undefined> {
    const asked = performance.now();
    const { rowCount } = await this.#query(statement, this.name, owner, this.#leaseMs);
    return rowCount === 1 ? asked + this.#leaseMs : undefined;
  }

  /** A store that does not answer must not keep anybody in a term that is over. */
  #query(text: string, ...values: readonly (string | number)[]) {
    const query = { text, values: [...values], query_timeout: this.#leaseMs };
    return this.pool.query(query);
  }

  /** Whether the signal allows to go on afterwards. */
  async #pause(signal: AbortSignal): Promise<boolean> {
    await sleep(this.#leaseMs / 3, undefined, { signal }).catch(() => undefined);
    return !signal.aborted;
  }
}
