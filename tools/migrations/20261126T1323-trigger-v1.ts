import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `trigger`. */
export class TriggerV1 extends ReadModelVersion {
  readonly name = 'trigger-v1-0202611261323';
  readonly projection = 'trigger';
  readonly version = 1;
  readonly columns = `
    trigger_id text collate "C" not null,
    name text collate "C" not null,
    event text collate "C" not null,
    repository text collate "C" not null,
    repository_key text collate "C" not null,
    workflow_id text collate "C" not null,
    status text collate "C" not null,
    fire_count bigint not null,
    installation_id text collate "C" not null,
    created_by text collate "C" not null,
    created_at timestamp with time zone not null,
    last_fired_at timestamp with time zone,
    definition jsonb not null,
    position bigint not null,
    primary key (trigger_id)
  `;
  override readonly indexes = [
    'created_at',
    'repository_key, created_at',
    'workflow_id, created_at',
    'status, created_at',
  ];
}
