import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model `execution_failure`. */
export class ExecutionFailureV1 extends ReadModelVersion {
  readonly name = 'execution-failure-v1-0202611261017';
  readonly projection = 'execution_failure';
  readonly version = 1;
  readonly columns = `
    execution_id text collate "C" not null,
    error_type text collate "C" not null,
    phase_id text collate "C" not null,
    position bigint not null,
    primary key (execution_id)
  `;
}
