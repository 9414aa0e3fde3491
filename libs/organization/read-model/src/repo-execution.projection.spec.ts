import { rowsAfter } from '@syntropic/projections/testing';
import { repoExecutionProjection } from './repo-execution.projection';

const executionId = 'exec-0123456789ab';

const startedWith = (repos: readonly string[], own: object = {}) => ({
  type: 'ExecutionStarted',
  data: { executionId, workflowId: 'review', repos, ...own },
});
const repositoriesOf = (...repos: readonly string[]) =>
  rowsAfter(repoExecutionProjection, startedWith(repos)).map(({ repository }) => repository);

describe('the repositories of an execution', () => {
  it('are found however they are written, each once', () => {
    expect(repositoriesOf('Acme/Api', 'https://github.com/acme/api.git', 'https://git.acme.example/acme/web/')).toEqual(
      ['github:acme/api', 'github:acme/web'],
    );
  });

  it('are those that can be registered', () => {
    expect(repositoriesOf('file:///srv/one', 'ssh://example.org/a/b', `a/${'x'.repeat(255)}`, 'no owner')).toEqual([]);
    expect(repositoriesOf(...Array.from({ length: 101 }, (_, n) => `acme/r${n}`))).toHaveLength(100);
  });

  it('come with the start of the execution and its source', () => {
    const row = {
      repo_execution_id: `${executionId} github:acme/api`,
      repository: 'github:acme/api',
      execution_id: executionId,
      started_at: '2026-01-01T00:00:01.000Z',
    };
    const rerun = startedWith(['acme/api'], { rerunOf: { executionId: 'exec-ba9876543210', status: 'failed' } });
    expect(rowsAfter(repoExecutionProjection, startedWith(['acme/api']))).toEqual([
      { ...row, trigger_source: 'manual' },
    ]);
    expect(rowsAfter(repoExecutionProjection, rerun)).toEqual([{ ...row, trigger_source: 'rerun' }]);
  });
});
