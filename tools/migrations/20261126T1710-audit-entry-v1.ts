import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `audit_entry`. */
export class AuditEntryV1 extends ReadModelVersion {
  readonly name = 'audit-entry-v1-0202611261710';
  readonly projection = 'audit_entry';
  readonly version = 1;
  readonly columns = `
    entry_id text collate "C" not null,
    event_position bigint not null,
    recorded_at timestamp with time zone not null,
    actor_kind text collate "C" not null,
    actor_id text collate "C" not null,
    event_type text collate "C" not null,
    stream text collate "C" not null,
    event_id text collate "C" not null,
    command_id text collate "C" not null,
    correlation_id text collate "C" not null,
    execution_id text collate "C",
    position bigint not null,
    primary key (entry_id)
  `;
  override readonly indexes = ['actor_kind, actor_id, entry_id'];
}
