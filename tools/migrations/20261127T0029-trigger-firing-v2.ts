import { ReadModelVersion } from './read/read-model-version';

/** Version 2 of the read model `trigger_firing`. */
export class TriggerFiringV2 extends ReadModelVersion {
  readonly name = 'trigger-firing-v2-0202611270029';
  readonly projection = 'trigger_firing';
  readonly version = 2;
  readonly columns = `
    execution_id text collate "C" not null,
    trigger_id text collate "C" not null,
    delivery_id text collate "C" not null,
    event text collate "C" not null,
    pr_number bigint,
    status text collate "C" not null,
    guard_name text collate "C" not null,
    block_reason text collate "C" not null,
    fired_at timestamp with time zone not null,
    position bigint not null,
    primary key (execution_id)
  `;
  override readonly indexes = ['fired_at, execution_id', 'trigger_id, fired_at, execution_id'];
  override readonly counted = ['', 'trigger_id'];
}
