import { addBoundedUsd, type Usage, type Usd } from '@syntropic/kernel';
import { z } from 'zod';
import { costDisplay } from './display';

/** Dollars as a decimal string. */
const decimalUsd = z.string().meta({ description: 'US dollars, decimal' });

/** `null` while a model without a known price is in it; then it is not complete either. */
export const knownUsd = decimalUsd.nullable();

export const tokenFields = {
  input_tokens: z.int(),
  output_tokens: z.int(),
  cache_creation_tokens: z.int(),
  cache_read_tokens: z.int(),
  total_tokens: z.int(),
};

export const totalTokenFields = {
  total_input_tokens: z.int(),
  total_output_tokens: z.int(),
  total_cache_creation_tokens: z.int(),
  total_cache_read_tokens: z.int(),
  total_tokens: z.int(),
};

export const costFields = {
  total_cost_usd: knownUsd,
  cost_complete: z.boolean().meta({ description: 'False while a part is an estimate, or unknown.' }),
};

export const costView = ({ costUsd, costComplete }: Pick<Usage, 'costUsd' | 'costComplete'>) => ({
  total_cost_usd: costUsd,
  cost_complete: costComplete && costUsd !== null,
});

export const costShown = ({ costUsd }: Pick<Usage, 'costUsd'>) => ({ total_cost_display: costDisplay(costUsd) });

/** Models without a known price are left out. */
export const costByModel = ({ byModel }: Pick<Usage, 'byModel'>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(byModel).flatMap(([model, { costUsd }]) => (costUsd === null ? [] : [[model, costUsd]])),
  );

/** The cost without the models whose price is unknown. */
export const knownCost = ({ costUsd, byModel }: Usage): Usd =>
  costUsd ??
  Object.values(byModel)
    .flatMap((model) => model.costUsd ?? [])
    .reduce(addBoundedUsd, '0');
