import { ReadModelVersion } from './read/read-model-version';

/** Version 2 of the read model `phase_total`. */
export class PhaseTotalV2 extends ReadModelVersion {
  readonly name = 'phase-total-v2-0202611270028';
  readonly projection = 'phase_total';
  readonly version = 2;
  readonly columns = `
    phase_total_id text collate "C" not null,
    workflow_id text collate "C" not null,
    phase_id text collate "C" not null,
    status text collate "C" not null,
    session_count bigint not null,
    input_tokens bigint not null,
    output_tokens bigint not null,
    cache_creation_tokens bigint not null,
    cache_read_tokens bigint not null,
    total_tokens bigint not null,
    cost_usd numeric,
    cost_complete boolean not null,
    tool_call_count bigint not null,
    duration_ms bigint not null,
    artifact_count bigint not null,
    artifact_bytes bigint not null,
    detail jsonb not null,
    position bigint not null,
    primary key (phase_total_id)
  `;
  override readonly indexes = ['workflow_id'];
}
