import { MAX_REPOS, RepoFullName, repositoryKey, type EventOf, type Recorded } from '@syntropic/kernel';
import { repositoryName, workflowExecution } from '@syntropic/orchestration/contracts';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

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
  keys: (event) => (event.type === 'ExecutionStarted' ? keysOf(event) : []),
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

type Started = Extract<Recorded<EventOf<typeof workflowExecution>>, { type: 'ExecutionStarted' }>;

/** Names that cannot be registered are in no row: those of directories on a runner's disk, and those that are too long. */
const keysOf = ({ data: { executionId, repos } }: Started): readonly string[] =>
  repos
    .slice(0, MAX_REPOS)
    .flatMap((repo) => repositoryName(repo) ?? [])
    .map(({ owner, name }) => `${owner}/${name}`)
    .filter((fullName) => RepoFullName.safeParse(fullName).success)
    .map((fullName) => `${executionId} ${repositoryKey('github', fullName)}`);
