import { LARGEST_COUNT, type Tokens } from '@syntropic/telemetry';
import { z } from 'zod';

const NO_TOKENS: Required<Tokens> = {
  inputTokens: 0,
  outputTokens: 0,
  cacheCreationTokens: 0,
  cacheReadTokens: 0,
  cacheCreation1hTokens: 0,
};

/** The value of a field of the present event, or of the whole answer, by its path; undefined when it is absent. */
export type Field = (path: string) => unknown;

/** Knowledge of an answer so far. */
export type Account = Readonly<{
  tokens: Required<Tokens>;
  /** Searches in the web that the provider has made for the answer. */
  webSearches: number;
  /** True when nothing that counts can follow. */
  isComplete: boolean;
  model?: string | undefined;
  messageId?: string | undefined;
  error?: string | undefined;
  /** The usage so far in the API's own words. */
  usage?: object;
}>;

export const NO_ACCOUNT: Account = { tokens: NO_TOKENS, webSearches: 0, isComplete: false };

/** The sense of an API's answers. */
export interface Dialect {
  /** The fields that `event` and `document` look at. */
  readonly paths: readonly string[];
  /** An event of a stream. */
  event(account: Account, field: Field): Account;
  /** An answer in one document. */
  document(field: Field): Account;
  /** True for an API whose streams tell their usage only when they are asked to. */
  readonly mustAskForUsage?: true;
}

const text = z.string().min(1).max(200).optional().catch(undefined);

/** A short text of an answer; undefined for other values. */
export const textOf = (value: unknown): string | undefined => text.parse(value);

/** A count of tokens; zero when it is absent. @throws for a count that is not understood */
export const tokenCount = z
  .number()
  .int()
  .min(0)
  .max(LARGEST_COUNT)
  .nullish()
  .transform((count) => count ?? 0);

/** More searches than a provider makes for one answer. */
const MOST_SEARCHES = 10_000;

/** A count of searches; zero when it is absent. @throws for a count that is not understood */
export const searchCount = z
  .number()
  .int()
  .min(0)
  .max(MOST_SEARCHES)
  .nullish()
  .transform((count) => count ?? 0);
