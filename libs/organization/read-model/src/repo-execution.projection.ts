import { workflowExecution } from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';
import { namedRepositories } from './named-repositories';

const row = z.object({
  /** The execution and the repository. */
  repo_execution_id: z.string(),
  /** Provider and name in lower case, as registered repositories are found: `github:acme/api`. */
  repository: z.string(),
  execution_id: z.string(),
  started_at: z.iso.datetime(),
  /** A request for the execution, or for a rerun. */
  trigger_source: z.enum(['manual', 'rerun']),
});

/** The repositories that each execution names, whether or not they are registered. */
export const repoExecutionProjection = projection(workflowExecution)({
  name: 'repo_execution',
  version: 1,
  row,
  key: 'repo_execution_id',
  indexes: [['repository', 'started_at', 'execution_id'], ['started_at', 'execution_id'], ['execution_id']],
  counted: [['repository']],
  keys: (event) =>
    event.type === 'ExecutionStarted'
      ? namedRepositories(event.data.repos).map((repository) => `${event.data.executionId} ${repository}`)
      : [],
  on: {
    ExecutionStarted: (_, { data, recordedAt }, key) => ({
      repo_execution_id: key,
      repository: key.slice(data.executionId.length + 1),
      execution_id: data.executionId,
      started_at: recordedAt,
      trigger_source: data.rerunOf ? 'rerun' : 'manual',
    }),
  },
});
