import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `repo_session`. */
export class RepoSessionV1 extends ReadModelVersion {
  readonly name = 'repo-session-v1-0202611270125';
  readonly projection = 'repo_session';
  readonly version = 1;
  readonly columns = `
    repo_session_id text collate "C" not null,
    repository text collate "C" not null,
    session_id text collate "C" not null,
    started_at timestamp with time zone not null,
    position bigint not null,
    primary key (repo_session_id)
  `;
  override readonly indexes = ['repository, started_at, session_id'];
  override readonly counted = ['repository'];
}
