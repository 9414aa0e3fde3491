import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `message`. */
export class MessageV1 extends ReadModelVersion {
  readonly name = 'message-v1-0202611260938';
  readonly projection = 'message';
  readonly version = 1;
  readonly columns = `
    message_id text collate "C" not null,
    execution_id text collate "C" not null,
    role text collate "C" not null,
    message text collate "C" not null,
    requested_at timestamp with time zone not null,
    recipients jsonb not null,
    position bigint not null,
    primary key (message_id)
  `;
  override readonly indexes = ['execution_id, requested_at'];
}
