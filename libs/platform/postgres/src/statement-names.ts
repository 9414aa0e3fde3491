import { createHash } from 'node:crypto';

/** Each name costs memory in every connection that has used it. */
const MOST_NAMES = 100;
const MOST_CANDIDATES = 200;
/** Rare texts, such as those whose shape depends on their values, get no name. */
const USES_BEFORE_NAME = 3;

/**
 * Names for statements that are used often: Postgres parses and plans a named statement once per connection.
 * The numbers of names and of texts that may get one are bounded.
 */
export class StatementNames {
  readonly #names = new Map<string, string>();
  /** The uses of texts without a name, least recently used first. */
  readonly #candidates = new Map<string, number>();

  /** Counts a use of the text, and returns its name once it has one. */
  use(text: string): string | undefined {
    const name = this.#names.get(text);
    if (name !== undefined || this.#names.size === MOST_NAMES) return name;

    const uses = (this.#candidates.get(text) ?? 0) + 1;
    this.#candidates.delete(text);
    if (uses < USES_BEFORE_NAME) this.#remember(text, uses);
    else this.#names.set(text, nameOf(text));
    return this.#names.get(text);
  }

  #remember(text: string, uses: number): void {
    this.#candidates.set(text, uses);
    const [oldest] = this.#candidates.keys();
    if (this.#candidates.size > MOST_CANDIDATES && oldest !== undefined) this.#candidates.delete(oldest);
  }
}

const nameOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);
