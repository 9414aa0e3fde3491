import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `repo`. */
export class RepoV1 extends ReadModelVersion {
  readonly name = 'repo-v1-0202611260937';
  readonly projection = 'repo';
  readonly version = 1;
  readonly columns = `
    repo_id text collate "C" not null,
    organization_id text collate "C" not null,
    system_id text collate "C" not null,
    provider text collate "C" not null,
    provider_repo_id text collate "C" not null,
    full_name text collate "C" not null,
    owner text collate "C" not null,
    default_branch text collate "C" not null,
    installation_id text collate "C" not null,
    is_private boolean not null,
    created_by text collate "C" not null,
    created_at timestamp with time zone not null,
    position bigint not null,
    primary key (repo_id)
  `;
  override readonly indexes = ['created_at', 'organization_id, created_at', 'system_id, created_at', 'full_name'];
}
