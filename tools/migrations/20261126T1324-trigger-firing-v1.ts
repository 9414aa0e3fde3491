import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `trigger_firing`. */
export class TriggerFiringV1 extends ReadModelVersion {
  readonly name = 'trigger-firing-v1-0202611261324';
  readonly projection = 'trigger_firing';
  readonly version = 1;
  readonly columns = `
    execution_id text collate "C" not null,
    trigger_id text collate "C" not null,
    delivery_id text collate "C" not null,
    event text collate "C" not null,
    pr_number bigint,
    status text collate "C" not null,
    guard_name text collate "C" not null,
    block_reason text collate "C" not null,
    cost_usd numeric,
    fired_at timestamp with time zone not null,
    position bigint not null,
    primary key (execution_id)
  `;
  override readonly indexes = ['fired_at', 'trigger_id, fired_at'];
}
