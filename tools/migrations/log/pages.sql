-- Bytes of a JSON value as text, close enough for limits. What Postgres has not compressed is not read for it.
create function log.size_of(data jsonb) returns bigint
language sql immutable
set search_path = pg_catalog, pg_temp
return case when pg_column_compression(data) is null then pg_column_size(data) else octet_length(data::text) end;

-- The events behind a position: at most `most`, with at most `bytes` of data unless the first one alone has more.
-- A loop ends with the page: a statement would read all data behind it to add up their sizes.
create function log.page_after(after bigint, most int, bytes bigint) returns setof log.events
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  event log.events;
  total bigint := 0;
begin
  for event in select * from log.events e where e.position > after order by e.position limit most loop
    total := total + log.size_of(event.data);
    exit when total > bytes and event.position > after + 1;
    return next event;
  end loop;
end
$$;

-- The same for the events of a stream behind a version.
create function log.stream_page_after(stream text, after int, most int, bytes bigint) returns setof log.events
language plpgsql stable
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $$
declare
  event log.events;
  total bigint := 0;
begin
  for event in
    select * from log.events e where e.stream_id = stream and e.version > after order by e.version limit most
  loop
    total := total + log.size_of(event.data);
    exit when total > bytes and event.version > after + 1;
    return next event;
  end loop;
end
$$;
