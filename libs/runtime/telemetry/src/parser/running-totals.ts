import { subtractUsd, type Usd } from '@syntropic/kernel';
import type { TelemetryData } from '../catalogue';

type Summary = TelemetryData<'session_summary'>;
export type Account = Summary['model_usage'][string];
export type Accounts = Readonly<Record<string, Account>>;
export type Added = NonNullable<Summary['added']>;

/** The most conversations whose accounts are understood. */
const MAX_CONVERSATIONS = 1_000;

/** The newest account of each conversation: accounts are running totals, so the last one of a conversation counts. */
export class RunningTotals {
  readonly #conversations = new Map<string, Accounts>();

  /** The part that no earlier account of the conversation has; undefined when there are too many conversations. */
  add(conversation: string, accounts: Accounts): Added | undefined {
    const known = this.#conversations.get(conversation);
    if (!known && this.#conversations.size >= MAX_CONVERSATIONS) return undefined;

    this.#conversations.set(conversation, accounts);
    const models = new Set([...Object.keys(known ?? {}), ...Object.keys(accounts)]);
    return Object.fromEntries([...models].map((model) => [model, addedTo(known?.[model], accounts[model])]));
  }

  /** A killed agent has not stored its totals: they begin at zero again. */
  startOver(): void {
    this.#conversations.clear();
  }
}

/** The account of nothing. */
export const NO_ACCOUNT: Account = {
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_tokens: 0,
  cache_read_tokens: 0,
  cost_usd: '0',
};

/** The difference of two accounts of one thing, of which the newer one counts. */
export const addedTo = (one: Account = NO_ACCOUNT, other: Account = NO_ACCOUNT): Added[string] => ({
  input_tokens: other.input_tokens - one.input_tokens,
  output_tokens: other.output_tokens - one.output_tokens,
  cache_creation_tokens: other.cache_creation_tokens - one.cache_creation_tokens,
  cache_read_tokens: other.cache_read_tokens - one.cache_read_tokens,
  cost_usd: differenceOf(one.cost_usd, other.cost_usd),
});

const differenceOf = (one: Usd | null, other: Usd | null): Usd | null =>
  one === null || other === null ? null : subtractUsd(other, one);
