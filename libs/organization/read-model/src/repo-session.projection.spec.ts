import { rowsAfter } from '@syntropic/projections/testing';
import { repoSessionProjection } from './repo-session.projection';

const sessionId = '7b1de4a0-5c0f-4b57-9d9c-2f3c3a9f6c11';
const startedWith = (...repos: readonly string[]) => ({
  type: 'SessionStarted',
  data: {
    sessionId,
    executionId: 'exec-0123456789ab',
    workflowId: 'review',
    phaseId: 'plan',
    provider: 'claude',
    repos,
  },
});

describe('the repositories of a session', () => {
  it('are those that can be registered, each once, with the start of the session', () => {
    expect(
      rowsAfter(repoSessionProjection, startedWith('Acme/Api', 'https://github.com/acme/api.git', 'file:///one')),
    ).toEqual([
      {
        repo_session_id: `${sessionId} github:acme/api`,
        repository: 'github:acme/api',
        session_id: sessionId,
        started_at: '2026-01-01T00:00:01.000Z',
      },
    ]);
  });
});
