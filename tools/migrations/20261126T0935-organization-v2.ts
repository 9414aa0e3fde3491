import { ReadModelVersion } from './read/read-model-version';

/** Version 2 of the read model `organization`: it counts systems and repositories. */
export class OrganizationV2 extends ReadModelVersion {
  readonly name = 'organization-v2-0202611260935';
  readonly projection = 'organization';
  readonly version = 2;
  readonly columns = `
    organization_id text collate "C" not null,
    name text collate "C" not null,
    slug text collate "C" not null,
    created_by text collate "C" not null,
    created_at timestamp with time zone not null,
    system_count bigint not null,
    repo_count bigint not null,
    position bigint not null,
    primary key (organization_id)
  `;
  override readonly indexes = ['created_at'];
}
