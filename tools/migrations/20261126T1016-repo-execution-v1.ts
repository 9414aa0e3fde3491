import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `repo_execution`. */
export class RepoExecutionV1 extends ReadModelVersion {
  readonly name = 'repo-execution-v1-0202611261016';
  readonly projection = 'repo_execution';
  readonly version = 1;
  readonly columns = `
    repo_execution_id text collate "C" not null,
    repository text collate "C" not null,
    execution_id text collate "C" not null,
    started_at timestamp with time zone not null,
    trigger_source text collate "C" not null,
    position bigint not null,
    primary key (repo_execution_id)
  `;
  override readonly indexes = ['repository, started_at', 'started_at, execution_id', 'execution_id'];
}
