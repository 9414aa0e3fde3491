-- The facts of events that earlier builds have stored.
insert into telemetry.usage
  select time, event_id, session_id, execution_id, phase_id, leg, source, model, results_before, input, output, creation, creation_1h, read,
    searches, cost, price_table, true
  from telemetry.events, telemetry.usage_of(type, data);
insert into telemetry.tool_calls
  select time, event_id, session_id, execution_id, phase_id, tool, outcome, duration_ms, latency_class
  from telemetry.events, telemetry.tool_call_of(type, data);
insert into telemetry.texts
  select time, event_id, session_id, execution_id, words
  from (select *, to_tsvector('pg_catalog.simple', telemetry.text_of(type, data)) as words from telemetry.events) said where words <> '';
