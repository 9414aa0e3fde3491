/** Days that stored telemetry is kept. */
export type Retention = Readonly<{
  /** Events, their texts, and the quarantine. */
  events: number;
  /** Facts in columns, sums by day, and the totals of executions and sessions. */
  facts: number;
  /** Sums by hour. */
  hours: number;
  /** Sums by minute. */
  minutes: number;
}>;

export const USUAL_RETENTION: Retention = { events: 90, facts: 400, hours: 100, minutes: 14 };
