import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `system`. */
export class SystemV1 extends ReadModelVersion {
  readonly name = 'system-v1-0202611260936';
  readonly projection = 'system';
  readonly version = 1;
  readonly columns = `
    system_id text collate "C" not null,
    organization_id text collate "C" not null,
    name text collate "C" not null,
    description text collate "C" not null,
    created_by text collate "C" not null,
    created_at timestamp with time zone not null,
    repo_count bigint not null,
    position bigint not null,
    primary key (system_id)
  `;
  override readonly indexes = ['created_at', 'organization_id, created_at', 'name'];
}
