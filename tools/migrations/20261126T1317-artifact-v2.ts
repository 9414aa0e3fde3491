import { ReadModelVersion } from './read/read-model-version';

/** Version 2 of the read model `artifact`. */
export class ArtifactV2 extends ReadModelVersion {
  readonly name = 'artifact-v2-0202611261317';
  readonly projection = 'artifact';
  readonly version = 2;
  readonly columns = `
    artifact_id text collate "C" not null,
    workflow_id text collate "C" not null,
    phase_id text collate "C",
    execution_id text collate "C",
    session_id text collate "C",
    artifact_type text collate "C" not null,
    content_type text collate "C" not null,
    title text collate "C" not null,
    path text collate "C" not null,
    sha256 text collate "C" not null,
    size_bytes bigint not null,
    uri text collate "C" not null,
    is_primary_deliverable boolean not null,
    created_by text collate "C" not null,
    created_at timestamp with time zone not null,
    metadata jsonb not null,
    position bigint not null,
    primary key (artifact_id)
  `;
  override readonly indexes = [
    'created_at',
    'execution_id, created_at',
    'session_id, created_at',
    'workflow_id, created_at',
    'phase_id, created_at',
    'artifact_type, created_at',
  ];
}
