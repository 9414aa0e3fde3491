const UNITS = ['minute', 'hour', 'day'];
const UNITS_OF_SUMS = ['hour', 'day'];

/** One statement that adds the rows of `changes` to the roll-ups of all units. */
const rolledUp = (changes: string, add: (unit: string) => string, units = UNITS): string => {
  const [first = '', ...others] = units.toReversed().map(add);
  const parts = others.map((insert, index) => `added_${index} as (${insert})`);
  return `with changes as materialized (${changes}), ${parts.join(', ')} ${first}`;
};

const addUsage = (unit: string): string => `
  insert into telemetry.usage_by_${unit} as known
    select date_trunc('${unit}', time, 'UTC'), session_id, execution_id, phase_id, model, sum(sign), sum(sign * input_tokens),
      sum(sign * output_tokens), sum(sign * cache_creation_tokens), sum(sign * cache_read_tokens),
      coalesce(sum(sign * cost_usd), 0), sum(sign) - coalesce(sum(sign) filter (where cost_usd is not null), 0)
    from changes group by 1, 2, 3, 4, 5 order by 1, 2, 5
    on conflict (bucket, session_id, model) do update set
      calls = known.calls + excluded.calls,
      input_tokens = known.input_tokens + excluded.input_tokens,
      output_tokens = known.output_tokens + excluded.output_tokens,
      cache_creation_tokens = known.cache_creation_tokens + excluded.cache_creation_tokens,
      cache_read_tokens = known.cache_read_tokens + excluded.cache_read_tokens,
      cost_usd = known.cost_usd + excluded.cost_usd,
      unpriced = known.unpriced + excluded.unpriced`;

const COUNTS = `count(*) filter (where outcome = 'started'), count(*) filter (where outcome = 'succeeded'),
      count(*) filter (where outcome = 'failed'), count(*) filter (where outcome = 'blocked'), coalesce(sum(duration_ms), 0)`;

/** The same of rows that stand for several facts. */
const SUMS = `${['started', 'succeeded', 'failed', 'blocked']
  .map((outcome) => `coalesce(sum(facts) filter (where outcome = '${outcome}'), 0)`)
  .join(', ')}, coalesce(sum(duration_ms), 0)`;

const ADD_COUNTS = `
      started = known.started + excluded.started,
      succeeded = known.succeeded + excluded.succeeded,
      failed = known.failed + excluded.failed,
      blocked = known.blocked + excluded.blocked,
      duration_ms = known.duration_ms + excluded.duration_ms`;

const addToolCalls =
  (counts: string) =>
  (unit: string): string => `
  insert into telemetry.tool_calls_by_${unit} as known
    select date_trunc('${unit}', time, 'UTC'), session_id, execution_id, phase_id, tool, latency_class, ${counts}
    from changes group by 1, 2, 3, 4, 5, 6 order by 1, 2, 5, 6
    on conflict (bucket, session_id, tool, latency_class) do update set ${ADD_COUNTS}`;

const addToolSums =
  (counts: string) =>
  (unit: string): string => `
  insert into telemetry.tool_sums_by_${unit} as known
    select date_trunc('${unit}', time, 'UTC'), tool, latency_class, pg_backend_pid() % 4, ${counts}
    from changes group by 1, 2, 3 order by 1, 2, 3
    on conflict (bucket, tool, latency_class, writer) do update set ${ADD_COUNTS}`;

export const ROLL_UP_USAGE = `
  create or replace function telemetry.roll_up_usage() returns trigger
  language plpgsql as $$
  begin
    if not exists (select from added) then return null; end if;
    if tg_op = 'INSERT' then
      ${rolledUp('select 1 as sign, * from added where counted', addUsage)};
    else
      ${rolledUp(
        'select 1 as sign, * from added where counted union all select -1, * from removed where counted',
        addUsage,
      )};
    end if;
    return null;
  end $$`;

const rollUpTools = (name: string, statement: string): string => `
  create or replace function telemetry.${name}() returns trigger
  language plpgsql as $$
  begin
    if exists (select from added) then
      ${statement};
    end if;
    return null;
  end $$`;

export const ROLL_UP_TOOL_CALLS = rollUpTools(
  'roll_up_tool_calls',
  rolledUp('select * from added', addToolCalls(COUNTS)),
);

export const ROLL_UP_TOOL_SUMS = rollUpTools(
  'roll_up_tool_sums',
  rolledUp('select * from added', addToolSums(COUNTS), UNITS_OF_SUMS),
);

/** Facts of the shortest unit as one row: longer units add up these. */
const grouped = (unit: string, keys: string): string => `
  select date_trunc('${unit}', time, 'UTC') as time, ${keys}, outcome, count(*) as facts, sum(duration_ms) as duration_ms
  from added group by date_trunc('${unit}', time, 'UTC'), ${keys}, outcome`;

export const GROUPED_TOOL_CALLS = rollUpTools(
  'roll_up_tool_calls',
  rolledUp(grouped('minute', 'session_id, execution_id, phase_id, tool, latency_class'), addToolCalls(SUMS)),
);

export const GROUPED_TOOL_SUMS = rollUpTools(
  'roll_up_tool_sums',
  rolledUp(grouped('hour', 'tool, latency_class'), addToolSums(SUMS), UNITS_OF_SUMS),
);
