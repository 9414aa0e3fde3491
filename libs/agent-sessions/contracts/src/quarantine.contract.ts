import { answered, commands } from '@syntropic/kernel';
import { z } from 'zod';

/** `tried`: the events that collectors try again. `left`: those of the kind behind them; they are asked for with `next` as `after`. */
const Tried = z.object({ tried: z.int(), left: z.int(), next: z.string().nullable() });

/** A place in the quarantine, as replies have it: the moment of arrival in microseconds, and the id. */
const Place = z
  .string()
  .regex(/^\d{1,16}_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'is no place that a reply has named');

/** Requests of operators about telemetry that was set apart. */
export const quarantineCommands = commands('telemetry', {
  /** Has one event tried again. */
  ReplayQuarantined: answered({ id: z.uuid() }, Tried),
  /** Has the next events of a kind tried again: those whose reason is this up to its first colon. */
  ReplayQuarantine: answered({ reason: z.string().min(1).max(1_000), after: Place.optional() }, Tried),
});
