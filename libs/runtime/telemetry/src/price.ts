import type { Usd } from '@syntropic/kernel';

/** Dollars per million tokens. */
export type TokenPrices = Readonly<{
  input: Usd;
  output: Usd;
  /** Cache writes that are kept for 5 minutes. */
  cacheCreation: Usd;
  /** Cache writes that are kept for an hour. */
  cacheCreation1h: Usd;
  cacheRead: Usd;
}>;

/** The prices of a model from a date (ISO, UTC) until the model's next entry. */
export type Price = TokenPrices &
  Readonly<{
    model: string;
    effectiveFrom: string;
    /** Of one search in the web that the provider makes for an answer. */
    webSearch: Usd;
    /** Applies to the whole request when its prompt has more tokens. */
    above?: Readonly<{ promptTokens: number; prices: TokenPrices }>;
  }>;
