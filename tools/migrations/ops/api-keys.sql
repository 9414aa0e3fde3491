-- One row: the number of the last change of keys, 0 before the first key, and the secret that signs tokens of streams.
create table ops.api_key_state (
  only_row boolean primary key default true check (only_row),
  revision bigint not null default 0,
  stream_secret text not null default gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text
);
insert into ops.api_key_state default values;

create table ops.api_keys (
  key_id text primary key,
  -- The number of the key's last change: the keys above a known number are those that have changed since.
  revision bigint not null unique,
  name text not null,
  role text not null check (role in ('viewer', 'operator', 'admin')),
  scopes text[] not null,
  requests_per_minute int,
  secret_hash text not null,
  former_secret_hash text,
  former_secret_until timestamptz,
  created_at timestamptz not null default clock_timestamp(),
  created_by text not null,
  expires_at timestamptz not null,
  rotated_at timestamptz,
  rotated_by text,
  revoked_at timestamptz,
  revoked_by text
);
create index api_keys_by_age on ops.api_keys (created_at desc, key_id);

grant select on ops.api_keys, ops.api_key_state to syn_gateway;
grant select, insert, update, delete on ops.api_keys to syn_command_service;
grant select, update on ops.api_key_state to syn_command_service;
