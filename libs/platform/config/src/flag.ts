import { z } from 'zod';

/** A boolean variable. */
export const flag = (fallback: '0' | '1') =>
  z
    .enum(['0', '1', 'false', 'true'])
    .default(fallback)
    .transform((value) => value === '1' || value === 'true');
