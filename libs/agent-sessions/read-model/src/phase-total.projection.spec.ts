import { NO_USAGE, UNKNOWN_USAGE, type Usage } from '@syntropic/kernel';
import { rowsAfter } from '@syntropic/projections/testing';
import { phaseTotalProjection } from './phase-total.projection';

const ids = { workflowId: 'review', phaseId: 'plan' };
const usage: Usage = {
  ...NO_USAGE,
  byModel: { m: { inputTokens: 1, outputTokens: 2, cacheCreationTokens: 3, cacheReadTokens: 4, costUsd: '0.1' } },
  costUsd: '0.1',
  toolCalls: 2,
  durationMs: 500,
};
const started = { type: 'SessionStarted', data: ids };
const completed = (own: object = {}) => ({
  type: 'SessionCompleted',
  data: { ...ids, status: 'completed', usage, ...own },
});

describe('the totals of a phase', () => {
  it('add up what its sessions have used and produced', () => {
    const executionId = 'exec-0123456789ab';
    const produced = { type: 'ArtifactCreated', data: { ...ids, executionId, sizeBytes: 7 } };
    const added = { type: 'ArtifactCreated', data: { ...ids, sizeBytes: 700 } };

    expect(
      rowsAfter(phaseTotalProjection, started, completed(), produced, started, completed(), produced, added),
    ).toEqual([
      expect.objectContaining({
        workflow_id: 'review',
        phase_id: 'plan',
        status: 'completed',
        session_count: 2,
        total_tokens: 20,
        cost_usd: '0.2',
        cost_complete: true,
        tool_call_count: 4,
        duration_ms: 1_000,
        artifact_count: 2,
        artifact_bytes: 14,
      }),
    ]);
  });

  it('count lost sessions without their usage, which telemetry alone has', () => {
    const lost = completed({ status: 'failed', usage: UNKNOWN_USAGE });

    expect(rowsAfter(phaseTotalProjection, started, completed(), started, lost)).toMatchObject([
      { status: 'failed', session_count: 2, cost_usd: '0.1', cost_complete: true },
    ]);
  });

  it('follow the costs of a session that was priced again, also from none', () => {
    const unpriced = { ...usage, byModel: { m: { ...usage.byModel['m'], costUsd: null } }, costUsd: null };
    const costs = (costUsd: string | null) => ({ byModel: { m: costUsd }, costUsd, costComplete: costUsd !== null });
    const repriced = { type: 'SessionRepriced', data: { ...ids, before: costs(null), after: costs('0.3') } };
    const before = [started, completed(), started, completed({ usage: { ...unpriced, costComplete: false } })] as const;

    expect(rowsAfter(phaseTotalProjection, ...before)).toMatchObject([{ cost_usd: null, cost_complete: false }]);
    expect(rowsAfter(phaseTotalProjection, ...before, repriced)).toMatchObject([
      { session_count: 2, total_tokens: 20, cost_usd: '0.4', cost_complete: true },
    ]);
  });

  it('are of one workflow', () => {
    const other = { ...started, data: { ...ids, workflowId: 'other' } };

    expect(rowsAfter(phaseTotalProjection, started, other)).toHaveLength(2);
  });
});
