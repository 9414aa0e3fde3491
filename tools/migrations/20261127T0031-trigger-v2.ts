import { ReadModelVersion } from './read/read-model-version';

/** Version 2 of the read model `trigger`: its definitions say whose deliveries start executions. */
export class TriggerV2 extends ReadModelVersion {
  readonly name = 'trigger-v2-0202611270031';
  readonly projection = 'trigger';
  readonly version = 2;
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
    'status, created_at, trigger_id',
    'repository_key, status, created_at, trigger_id',
    'workflow_id, status, created_at, trigger_id',
    'event, status, created_at, trigger_id',
  ];
  override readonly counted = ['status', 'event, status'];
}
