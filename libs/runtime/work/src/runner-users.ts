import type { Pool } from 'pg';
import { ofOtherUser } from './renewals';

/** A runner's user changes after a day of silence only. */
const KNOWN_MS = 60_000;
const MOST_RUNNERS = 1_000;

type Known = Readonly<{ user: string; until: number }>;

/** The users of the bus that speak as runners, each asked once a minute. */
export class RunnerUsers {
  readonly #known = new Map<string, Known>();

  constructor(private readonly pool: Pool) {}

  /** @throws DomainError `work.runner_of_other_user` */
  async check(runner: string, user: string): Promise<void> {
    const known = this.#known.get(runner);
    if (known?.user === user && performance.now() < known.until) return;

    const { rows } = await this.pool.query<{ user: string | null }>(
      `select nats_user as "user" from ops.runners where runner_id = $1`,
      [runner],
    );
    const owner = rows[0]?.user ?? undefined;
    // A runner without a user may get one at any time.
    if (owner === undefined) return;
    if (owner !== user) throw ofOtherUser(runner);
    if (this.#known.size >= MOST_RUNNERS) this.#known.clear();
    this.#known.set(runner, { user, until: performance.now() + KNOWN_MS });
  }
}
