import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `installation_repo`. */
export class InstallationRepoV1 extends ReadModelVersion {
  readonly name = 'installation-repo-v1-0202611261322';
  readonly projection = 'installation_repo';
  readonly version = 1;
  readonly columns = `
    installation_repo_id text collate "C" not null,
    installation_id text collate "C" not null,
    github_id bigint not null,
    full_name text collate "C" not null,
    name_key text collate "C" not null,
    is_private boolean not null,
    position bigint not null,
    primary key (installation_repo_id)
  `;
  override readonly indexes = ['installation_id, name_key', 'name_key'];
}
