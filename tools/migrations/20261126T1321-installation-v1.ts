import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `installation`. */
export class InstallationV1 extends ReadModelVersion {
  readonly name = 'installation-v1-0202611261321';
  readonly projection = 'installation';
  readonly version = 1;
  readonly columns = `
    installation_id text collate "C" not null,
    account_id bigint not null,
    account_name text collate "C" not null,
    account_type text collate "C" not null,
    status text collate "C" not null,
    installed_at timestamp with time zone not null,
    position bigint not null,
    primary key (installation_id)
  `;
  override readonly indexes = ['status, installation_id'];
}
