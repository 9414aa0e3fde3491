import { Injectable } from '@nestjs/common';
import { sessionProjection } from '@syntropic/agent-sessions/read-model';
import { addBoundedUsd, addCounts, MAX_COUNT, MAX_USD, tokensOf, type Usage, type Usd } from '@syntropic/kernel';
import { executionProjection } from '@syntropic/orchestration/read-model';
import { repoExecutionProjection } from '@syntropic/organization/read-model';
import { TelemetryReader } from '@syntropic/telemetry';
import { Pool } from 'pg';
import type { Scope } from './execution-facts';
import { knownCost } from '../display/usage-fields';

/** Both days are included. */
type Range = Readonly<{ first: string; last: string; scope: Scope }>;

/** The work of one day. */
export type Contribution = Readonly<{
  sessions: number;
  executions: number;
  commits: number;
  cost_usd: Usd;
  input_tokens: number;
  output_tokens: number;
  cache_creation_tokens: number;
  cache_read_tokens: number;
}>;

export const NOTHING: Contribution = {
  sessions: 0,
  executions: 0,
  commits: 0,
  cost_usd: '0',
  input_tokens: 0,
  output_tokens: 0,
  cache_creation_tokens: 0,
  cache_read_tokens: 0,
};

/** Sessions whose usage is asked for at once. */
const BATCH = 500;

const on = (column: string): string => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD') as date`;

const IN_SCOPE = `($3::text[] is null or exists (
    select from ${repoExecutionProjection.table} named
    where named.execution_id = t.execution_id and named.repository = any($3)))`;

const within = (column: string): string => `
  ${column} >= $1::timestamptz and ${column} < $2::timestamptz and ${IN_SCOPE}`;

const dayOf = (instant: string): string => `(${instant}::timestamptz at time zone 'UTC')::date`;

const sumOf = (column: string): string => `least(sum(${column}), ${MAX_COUNT})::float8 as ${column}`;

const SESSIONS = `
  select ${on('started_at')}, count(*)::int as sessions, least(sum(coalesce(cost_usd, 0)), ${MAX_USD})::text as cost_usd,
    ${['input_tokens', 'output_tokens', 'cache_creation_tokens', 'cache_read_tokens'].map(sumOf).join(', ')}
  from ${sessionProjection.table} t where ${within('started_at')} group by 1`;

const EXECUTIONS = `
  select ${on('started_at')}, count(*)::int as executions
  from ${executionProjection.table} t where ${within('started_at')} group by 1`;

/** In one snapshot: final days are counted, and then their events go. */
const COMMITS = `
  select to_char(day, 'YYYY-MM-DD') as date, sum(commits)::int as commits
  from telemetry.commits_by_day t
  where day >= ${dayOf('$1')} and day < ${dayOf('$2')} and ${IN_SCOPE} group by 1
  union all
  select ${on('time')}, count(*)::int
  from telemetry.events t
  where type = 'git_commit' and ${within('time')}
    and time >= (select until::timestamp at time zone 'UTC' from telemetry.commits_counted) group by 1`;

/** Sessions without an account in the log, as long as telemetry alone knows what they have used. */
const OPEN = `
  select ${on('started_at')}, session_id from ${sessionProjection.table} t
  where ${within('started_at')}
    and (status = 'running' or (not cost_complete and t.detail->'usage'->'byModel' = '{}')) order by 1, 2`;

type Dated = Readonly<{ date: string }>;

/** What was done on each day, by all agents or by those that work on some repositories. */
@Injectable()
export class Contributions {
  constructor(
    private readonly pool: Pool,
    private readonly telemetry: TelemetryReader,
  ) {}

  /** Days without a contribution are absent. */
  async byDay(range: Range): Promise<ReadonlyMap<string, Contribution>> {
    const [sessions, executions, commits, open] = await Promise.all([
      this.#rows<Dated & Omit<Contribution, 'executions' | 'commits'>>('heatmap-sessions', SESSIONS, range),
      this.#rows<Dated & Pick<Contribution, 'executions'>>('heatmap-executions', EXECUTIONS, range),
      this.#rows<Dated & Pick<Contribution, 'commits'>>('heatmap-commits', COMMITS, range),
      this.#rows<Dated & Readonly<{ session_id: string }>>('heatmap-open', OPEN, range),
    ]);
    const days = new Map<string, Contribution>();
    for (const { date, ...part } of [...sessions, ...executions, ...commits]) {
      days.set(date, { ...(days.get(date) ?? NOTHING), ...part });
    }
    for (let from = 0; from < open.length; from += BATCH) {
      const batch = open.slice(from, from + BATCH);
      const usages = await this.telemetry.usageOfSessions(batch.map(({ session_id }) => session_id));
      for (const { date, session_id } of batch) {
        const usage = usages.get(session_id);
        if (usage) days.set(date, withUsage(days.get(date) ?? NOTHING, usage));
      }
    }
    return days;
  }

  async #rows<Row>(name: string, text: string, { first, last, scope }: Range): Promise<readonly Row[]> {
    const values = [startOf(first), startOf(last, 1), scope ?? null];
    const { rows } = await this.pool.query<Row & object>({ name, text, values });
    return rows;
  }
}

/** The first instant of a day in UTC, whatever the time zone of the database; `later`: days after it. */
const startOf = (day: string, later = 0): string => new Date(Date.parse(day) + later * 86_400_000).toISOString();

function withUsage(day: Contribution, usage: Usage): Contribution {
  const tokens = tokensOf(usage);
  return {
    ...day,
    cost_usd: addBoundedUsd(day.cost_usd, knownCost(usage)),
    input_tokens: addCounts(day.input_tokens, tokens.inputTokens),
    output_tokens: addCounts(day.output_tokens, tokens.outputTokens),
    cache_creation_tokens: addCounts(day.cache_creation_tokens, tokens.cacheCreationTokens),
    cache_read_tokens: addCounts(day.cache_read_tokens, tokens.cacheReadTokens),
  };
}
