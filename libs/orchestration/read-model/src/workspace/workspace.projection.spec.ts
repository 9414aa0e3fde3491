import { rowsAfter } from '@syntropic/projections/testing';
import { workspaceProjection } from './workspace.projection';

const ids = { workspaceId: 'ws-1', executionId: 'exec-1' };
const created = {
  type: 'WorkspaceCreated',
  data: { ...ids, phaseId: 'plan', sessionId: 's-1', backend: 'sandbox', runner: 'r-1', durationMs: 12 },
};

it('a workspace is active until it is terminated, with the reason', () => {
  const row = {
    ...{ workspace_id: 'ws-1', execution_id: 'exec-1', phase_id: 'plan', session_id: 's-1' },
    ...{ backend: 'sandbox', runner: 'r-1', create_duration_ms: 12, created_at: '2026-01-01T00:00:01.000Z' },
  };
  expect(rowsAfter(workspaceProjection, created)).toEqual([{ ...row, status: 'active', terminated_at: null }]);
  const terminated = { type: 'WorkspaceTerminated', data: { ...ids, why: 'parked' } };
  expect(rowsAfter(workspaceProjection, created, terminated)).toEqual([
    { ...row, status: 'parked', terminated_at: '2026-01-01T00:00:02.000Z' },
  ]);
});
