import { ShortName } from '@syntropic/kernel';
import { z } from 'zod';

/**
 * The longest wait for a limit that resets. The longest windows of providers are a week; a day more allows for their clocks. A time beyond
 * it is taken for a mistake: an execution must not sleep for what no window can be.
 */
export const MAX_LIMIT_SECONDS = 8 * 24 * 3_600;

/** A provider of models refuses the calls of an agent for so long. */
export const modelLimit = {
  provider: ShortName,
  resetsInSeconds: z.int().min(1).max(MAX_LIMIT_SECONDS),
};

/** The cause of a pause that no person has asked for, and the time of its end. */
export const limitedPause = { why: z.literal('limit').optional(), until: z.iso.datetime().optional() };
