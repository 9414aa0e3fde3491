-- Gives calls other costs, and the totals of their sessions with them. It takes the locks of those who store events.
create function telemetry.reprice(calls jsonb) returns void
language plpgsql as $$
declare
  sessions constant text[] := array(select distinct c ->> 'session_id' from jsonb_array_elements(calls) c);
begin
  perform from telemetry.sequences
    where execution_id in (select c ->> 'execution_id' from jsonb_array_elements(calls) c)
    order by execution_id for update;
  perform pg_advisory_xact_lock(4004, lock) from (
    select distinct hashtext(c ->> 'session_id') as lock from jsonb_array_elements(calls) c
    where c ->> 'execution_id' is null
    order by 1
  ) outside;

  update telemetry.usage u set cost_usd = c.cost_usd, price_table = c.price_table
  from jsonb_to_recordset(calls) as c (
    session_id text, time timestamptz, event_id uuid, model text, cost_usd numeric, price_table text
  )
  where u.session_id = c.session_id and u.time = c.time and u.event_id = c.event_id and u.model = c.model;

  -- Totals of which some calls were deleted keep their cost.
  update telemetry.session_models total set cost_usd = priced.cost
  from (
    select session_id, leg, model, source = 'estimate' as estimated, results_before, sum(input_tokens) as input,
      sum(output_tokens) as output, case when bool_and(cost_usd is not null) then least(999999999, sum(cost_usd)) end as cost
    from telemetry.usage
    where session_id = any (sessions) and source <> 'account'
    group by 1, 2, 3, 4, 5
  ) priced
  where total.session_id = priced.session_id and total.leg = priced.leg and total.model = priced.model
    and total.estimated = priced.estimated and total.input_tokens = priced.input and total.output_tokens = priced.output
    and (total.results_before = priced.results_before or not total.estimated);
end $$;
