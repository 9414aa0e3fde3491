import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `organization`. */
export class OrganizationV1 extends ReadModelVersion {
  readonly name = 'organization-v1-0202611252341';
  readonly projection = 'organization';
  readonly version = 1;
  readonly columns = `
    organization_id text collate "C" not null,
    name text collate "C" not null,
    slug text collate "C" not null,
    created_by text collate "C" not null,
    created_at timestamp with time zone not null,
    position bigint not null,
    primary key (organization_id)
  `;
  override readonly indexes = ['created_at'];
}
