import { z } from 'zod';
import { instant } from '../http/query-values';

const DAY_MS = 86_400_000;

/** The most days of a span, so that an answer stays small: 2,880 minutes, 2,208 hours, ten years of days. */
const MOST_DAYS = { minute: 2, hour: 92, day: 3_660 } as const;
const USUAL_DAYS = 1;

const UNITS = ['minute', 'hour', 'day'] as const;
const DIMENSIONS = ['time', 'model', 'execution', 'session', 'phase'] as const;

const id = z.string().min(1).optional();

const span = {
  unit: z.enum(UNITS).default('hour'),
  from: instant.meta({ description: 'The beginning; without it a day before `to`. Rounded down to the unit.' }),
  to: instant.meta({ description: 'The end, which is not included; without it now, with the unit that is not over.' }),
  execution_id: id,
  trigger_id: id.meta({ description: 'The executions that this rule has started.' }),
  repo_id: id,
  system_id: id,
  organization_id: id,
};

type Asked = Readonly<{ unit: (typeof UNITS)[number]; from?: string | undefined; to?: string | undefined }>;

/** The span that is meant. Its beginning is that of a unit. */
export function spanOf({ unit, from, to }: Asked) {
  const end = to === undefined ? Date.now() + UNIT_MS[unit] : Date.parse(to);
  const begin = from === undefined ? end - USUAL_DAYS * DAY_MS : Date.parse(from);
  const wholeUnits = Math.floor(begin / UNIT_MS[unit]) * UNIT_MS[unit];
  return { unit, from: new Date(wholeUnits).toISOString(), to: new Date(end).toISOString() };
}

const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: DAY_MS } as const;

/** Faults of a span, at its beginning. */
function isSpan(query: Asked, context: z.core.$RefinementCtx<Asked>): void {
  const { from, to } = spanOf(query);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS;
  const most = MOST_DAYS[query.unit];
  const fault =
    days < 0 ? 'ends before it begins' : days > most + 1 ? `has more than ${most} days of ${query.unit}s` : '';
  if (fault) context.addIssue({ code: 'custom', path: ['from'], message: `the span ${fault}` });
}

const by = z
  .string()
  .default('time')
  .transform((list) => list.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(DIMENSIONS)).min(1))
  .transform((names) => [...new Set(names)])
  .meta({ type: 'string', description: `What sums are made for, separated by commas: ${DIMENSIONS.join(', ')}.` });

export const UsageQuery = z.object({ ...span, by }).superRefine(isSpan);
export const ToolsQuery = z.object(span).superRefine(isSpan);

const count = z.int();
const isComplete = z.boolean().meta({
  description: 'False where there are more sums, or more executions, than ten thousand: the newest executions count.',
});

const times = { unit: z.enum(UNITS), from: z.string(), to: z.string() };

export const UsageSums = z
  .object({
    ...times,
    is_complete: isComplete,
    sums: z.array(
      z
        .object({
          time: z.string().optional(),
          model: z.string().optional(),
          execution_id: z.string().nullable().optional(),
          session_id: z.string().optional(),
          phase_id: z.string().nullable().optional(),
          input_tokens: count,
          output_tokens: count,
          cache_creation_tokens: count,
          cache_read_tokens: count,
          total_tokens: count,
          cost_usd: z.string().meta({ description: 'Without the calls whose price is unknown.' }),
          unpriced_calls: count.meta({ description: 'Calls, or accounts of calls, whose price is unknown.' }),
        })
        .meta({ id: 'UsageSum' }),
    ),
  })
  .meta({ id: 'UsageSumsResponse' });

const milliseconds = z.number().nullable().meta({ description: 'Within a tenth; null without a duration.' });

export const ToolSums = z
  .object({
    ...times,
    is_complete: isComplete,
    tools: z.array(
      z
        .object({
          tool_name: z.string(),
          started: count,
          succeeded: count,
          failed: count,
          blocked: count,
          total_duration_ms: z.number(),
          p50_ms: milliseconds,
          p95_ms: milliseconds,
          p99_ms: milliseconds,
        })
        .meta({ id: 'ToolSum' }),
    ),
  })
  .meta({ id: 'ToolSumsResponse' });
