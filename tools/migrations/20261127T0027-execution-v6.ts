import { ReadModelVersion } from './read/read-model-version';

/** Version 6 of the read model `execution`. */
export class ExecutionV6 extends ReadModelVersion {
  readonly name = 'execution-v6-0202611270027';
  readonly projection = 'execution';
  readonly version = 6;
  readonly columns = `
    execution_id text collate "C" not null,
    workflow_id text collate "C" not null,
    workflow_name text collate "C" not null,
    rerun_of text collate "C",
    status text collate "C" not null,
    asked text collate "C",
    started_at timestamp with time zone not null,
    completed_at timestamp with time zone,
    completed_phases bigint not null,
    total_phases bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cache_creation_tokens bigint not null,
    cache_read_tokens bigint not null,
    total_tokens bigint not null,
    cost_usd numeric,
    cost_complete boolean not null,
    tool_call_count bigint not null,
    taken_over_phases bigint not null,
    taken_over_tokens bigint not null,
    taken_over_cost_usd numeric,
    taken_over_cost_complete boolean not null,
    error_message text collate "C",
    detail jsonb not null,
    position bigint not null,
    primary key (execution_id)
  `;
  override readonly indexes = [
    'started_at, execution_id',
    'status, started_at, execution_id',
    'workflow_id, started_at, execution_id',
    'rerun_of, started_at',
  ];
  override readonly counted = ['', 'status', 'workflow_id', 'workflow_id, status'];
}
