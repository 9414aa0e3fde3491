import { addUsd, MAX_COUNT, MAX_USD, type Usd } from '@syntropic/kernel';
import type { Pool } from 'pg';

type RollUpUnit = 'minute' | 'hour' | 'day';

/** A half-open span of time (ISO 8601) in one unit; without executions those of all. */
type Span = Readonly<{
  unit: RollUpUnit;
  from: string;
  to: string;
  executionIds?: readonly string[] | undefined;
}>;

const DIMENSIONS = {
  time: 'bucket',
  model: 'model',
  execution: 'execution_id',
  session: 'session_id',
  phase: 'phase_id',
} as const;

type UsageDimension = keyof typeof DIMENSIONS;

/** What was used, by the dimensions asked for; the others are absent. */
export type RolledUpUsage = Readonly<{
  /** The beginning of the minute, hour or day; ISO 8601. */
  bucket?: string;
  model?: string;
  execution?: string | null;
  session?: string;
  phase?: string | null;
  inputTokens: number;
  outputTokens: number;
  cacheCreationTokens: number;
  cacheReadTokens: number;
  /** Without the calls whose price is unknown. */
  costUsd: Usd;
  /** Calls, or accounts of calls, whose price is unknown. */
  unpriced: number;
}>;

export type RolledUpTool = Readonly<{
  tool: string;
  started: number;
  succeeded: number;
  failed: number;
  blocked: number;
  durationMs: number;
  /** Percentiles of the durations, within a tenth; null without a duration. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
}>;

/** The most rows of one answer. */
const MOST_ROWS = 10_000;
const MOST_TOOLS = 1_000;

const COUNTS = {
  inputTokens: 'input_tokens',
  outputTokens: 'output_tokens',
  cacheCreationTokens: 'cache_creation_tokens',
  cacheReadTokens: 'cache_read_tokens',
  unpriced: 'unpriced',
} as const;

const inSpan = (isOfAll: boolean): string =>
  `bucket >= $1::timestamptz and bucket < $2::timestamptz${isOfAll ? '' : ' and execution_id = any ($3::text[])'}`;

/** The middle of a class of durations, in milliseconds. */
const percentile = (share: number, name: string): string => `
  round(power(2, (min(latency_class) filter (where latency_class >= 0 and before + timed >= ${share} * total) - 0.5) / 4)::numeric, 3)::float8
    as "${name}"`;

/** The sums over all sessions have fewer rows. They have no minutes, whose spans are short. */
const toolTable = (unit: RollUpUnit, isOfAll: boolean): string =>
  isOfAll && unit !== 'minute' ? `tool_sums_by_${unit}` : `tool_calls_by_${unit}`;

const toolsStatement = (unit: RollUpUnit, isOfAll: boolean): string => `
  select tool, sum(started)::float8 as started, sum(succeeded)::float8 as succeeded, sum(failed)::float8 as failed,
    sum(blocked)::float8 as blocked, least(sum(duration), ${MAX_COUNT})::float8 as "durationMs",
    ${percentile(0.5, 'p50Ms')}, ${percentile(0.95, 'p95Ms')}, ${percentile(0.99, 'p99Ms')}
  from (
    select *, coalesce(sum(timed) over (partition by tool order by latency_class rows between unbounded preceding and 1 preceding), 0) as before,
      sum(timed) over (partition by tool) as total
    from (
      select tool, latency_class, sum(started) as started, sum(succeeded) as succeeded, sum(failed) as failed, sum(blocked) as blocked,
        sum(duration_ms) as duration, case when latency_class >= 0 then sum(succeeded + failed + started + blocked) else 0 end as timed
      from telemetry.${toolTable(unit, isOfAll)} where ${inSpan(isOfAll)} group by 1, 2
    ) classes
  ) counted
  group by tool order by started desc, tool limit ${MOST_TOOLS}`;

/** Reads sums by minute, hour or day, which have the same names in each layout of the store. */
export class RollUps {
  constructor(private readonly pool: Pool) {}

  /** The usage in a span, grouped by dimensions; the first ten thousand groups. */
  async usage({ by, ...span }: Span & Readonly<{ by: readonly UsageDimension[] }>): Promise<readonly RolledUpUsage[]> {
    const { rows } = await this.pool.query<UsageRow>(usageStatement(span, by), valuesOf(span));
    return rows.map(({ time, costUsd, ...row }) => ({
      ...row,
      ...(time && { bucket: time.toISOString() }),
      costUsd: addUsd(costUsd),
    }));
  }

  /** The tools in a span, the most used first. */
  async tools(span: Span): Promise<readonly RolledUpTool[]> {
    const { rows } = await this.pool.query<RolledUpTool>(toolsStatement(span.unit, isOfAll(span)), valuesOf(span));
    return rows;
  }
}

type UsageRow = Omit<RolledUpUsage, 'bucket'> & Readonly<{ time?: Date }>;

function usageStatement(span: Span, by: readonly UsageDimension[]): string {
  const dimensions = by.map((dimension) => `${DIMENSIONS[dimension]} as "${dimension}"`);
  const counts = Object.entries(COUNTS).map(
    ([name, column]) => `least(sum(${column}), ${MAX_COUNT})::float8 as "${name}"`,
  );
  const groups = by.map((_, index) => String(index + 1)).join(', ');
  return `
    select ${[...dimensions, ...counts].join(', ')}, least(round(sum(cost_usd), 9), ${MAX_USD})::text as "costUsd"
    from telemetry.usage_by_${span.unit} where ${inSpan(isOfAll(span))}
    ${groups && `group by ${groups}`} having sum(calls) > 0 ${groups && `order by ${groups}`} limit ${MOST_ROWS}`;
}

const isOfAll = ({ executionIds }: Span): boolean => executionIds === undefined;

const valuesOf = ({ from, to, executionIds }: Span) => [from, to, ...(executionIds ? [executionIds] : [])];
