import { z } from 'zod';
import { endpoint } from '../http/endpoint';

const METRICS = ['sessions', 'executions', 'commits', 'cost_usd', 'tokens'] as const;

const DAY_MS = 86_400_000;
const USUAL_DAYS = 365;
const MAX_DAYS = 3_660;

const id = z.string().min(1).optional();
const date = z.iso.date().optional();

type Dates = Readonly<{ start_date?: string | undefined; end_date?: string | undefined }>;

/** The days of a query, both included: without dates the last year until today, in UTC. */
export function daysOf({ start_date, end_date }: Dates): readonly string[] {
  const last = end_date === undefined ? Date.now() : Date.parse(end_date);
  const first = start_date === undefined ? last - USUAL_DAYS * DAY_MS : Date.parse(start_date);
  const count = Math.floor(last / DAY_MS) - Math.floor(first / DAY_MS) + 1;
  const shown = Math.min(Math.max(count, 0), MAX_DAYS + 1);
  return Array.from({ length: shown }, (_, n) => new Date(first + n * DAY_MS).toISOString().slice(0, 10));
}

const Query = z
  .object({
    organization_id: id,
    system_id: id,
    repo_id: id,
    start_date: date,
    end_date: date,
    metric: z.enum(METRICS).default('sessions'),
  })
  .refine((query) => daysOf(query).length > 0, { error: 'is after the end date', path: ['start_date'] })
  .refine((query) => daysOf(query).length <= MAX_DAYS, {
    error: `is more than ${MAX_DAYS} days before the end date`,
    path: ['start_date'],
  });

const Breakdown = z.object({
  sessions: z.number(),
  executions: z.number(),
  commits: z.number(),
  cost_usd: z.number(),
  tokens: z.number(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cache_creation_tokens: z.number(),
  cache_read_tokens: z.number(),
});

const Heatmap = z
  .object({
    metric: z.enum(METRICS),
    start_date: z.string(),
    end_date: z.string(),
    total: z.number(),
    days: z
      .array(z.object({ date: z.string(), count: z.number(), breakdown: Breakdown }))
      .meta({ description: 'Every day, in UTC. Sessions and their usage count on the day of their start.' }),
    filter: z.record(z.string(), z.string().nullable()),
  })
  .meta({ id: 'ContributionHeatmapResponse' });

export const readHeatmap = endpoint({
  method: 'GET',
  path: '/insights/contribution-heatmap',
  access: 'viewer',
  summary: 'What agents have done on each day',
  query: Query,
  reply: Heatmap,
});
