import { ANTHROPIC_PRICES } from './anthropic-prices';
import { OPENAI_PRICES } from './openai-prices';
import type { Price } from './price';

/** The day of the newest facts in the tables, stored with each estimate; it changes with every change of a table. */
export const PRICE_TABLE_VERSION = '2026-11-26';

/** The prices of all models that have a known one. Fees for faster or slower processing are not in it. */
export const PRICES: readonly Price[] = [...ANTHROPIC_PRICES, ...OPENAI_PRICES];
