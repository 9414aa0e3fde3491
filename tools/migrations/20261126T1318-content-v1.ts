import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `content`. */
export class ContentV1 extends ReadModelVersion {
  readonly name = 'content-v1-0202611261318';
  readonly projection = 'content';
  readonly version = 1;
  readonly columns = `
    uri text collate "C" not null,
    names bigint not null,
    is_named boolean not null,
    is_retired boolean not null,
    position bigint not null,
    primary key (uri)
  `;
  override readonly indexes = ['is_named'];
}
