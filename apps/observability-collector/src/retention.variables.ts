import { USUAL_RETENTION, type Retention } from '@syntropic/telemetry';
import { z } from 'zod';

/** Events may arrive for seven days: sums that were deleted before would begin anew with the late ones. */
const LEAST_DAYS = 8;
const MOST_DAYS = 3_650;

const days = (usual: number) => z.coerce.number().int().min(LEAST_DAYS).max(MOST_DAYS).default(usual);

export const retentionVariables = {
  /** Days that events, their texts and the quarantine are kept. */
  TELEMETRY_EVENT_DAYS: days(USUAL_RETENTION.events),
  /** Days that facts, sums by day and totals are kept. */
  TELEMETRY_FACT_DAYS: days(USUAL_RETENTION.facts),
  /** Days that sums by hour are kept. */
  TELEMETRY_HOUR_DAYS: days(USUAL_RETENTION.hours),
  /** Days that sums by minute are kept. */
  TELEMETRY_MINUTE_DAYS: days(USUAL_RETENTION.minutes),
};

type Variables = z.output<z.ZodObject<typeof retentionVariables>>;

/** Coarser sums are kept at least as long as finer ones, and facts as long as events, so that totals outlive what they sum up. */
export function isRetention(variables: Variables, context: z.core.$RefinementCtx): void {
  const { events, facts, hours, minutes } = retentionOf(variables);
  const faults = [
    { path: 'TELEMETRY_HOUR_DAYS', least: 'TELEMETRY_MINUTE_DAYS', isFault: hours < minutes },
    { path: 'TELEMETRY_FACT_DAYS', least: 'TELEMETRY_HOUR_DAYS', isFault: facts < hours },
    { path: 'TELEMETRY_FACT_DAYS', least: 'TELEMETRY_EVENT_DAYS', isFault: facts < events },
  ];
  for (const { path, least, isFault } of faults) {
    if (isFault) context.addIssue({ code: 'custom', path: [path], message: `is less than ${least}` });
  }
}

export const retentionOf = (variables: Variables): Retention => ({
  events: variables.TELEMETRY_EVENT_DAYS,
  facts: variables.TELEMETRY_FACT_DAYS,
  hours: variables.TELEMETRY_HOUR_DAYS,
  minutes: variables.TELEMETRY_MINUTE_DAYS,
});
