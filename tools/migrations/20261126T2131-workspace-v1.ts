import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `workspace`. */
export class WorkspaceV1 extends ReadModelVersion {
  readonly name = 'workspace-v1-0202611262131';
  readonly projection = 'workspace';
  readonly version = 1;
  readonly columns = `
    workspace_id text collate "C" not null,
    execution_id text collate "C" not null,
    phase_id text collate "C" not null,
    session_id text collate "C" not null,
    backend text collate "C" not null,
    runner text collate "C" not null,
    status text collate "C" not null,
    create_duration_ms bigint not null,
    created_at timestamp with time zone not null,
    terminated_at timestamp with time zone,
    position bigint not null,
    primary key (workspace_id)
  `;
  override readonly indexes = ['created_at', 'execution_id'];
}
