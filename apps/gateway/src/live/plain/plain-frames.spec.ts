import { NO_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import { register } from 'prom-client';
import { PlainFrames } from './plain-frames';

const { ExecutionCompleted, PhaseFailed, PhaseQueued } = workflowExecution.events;

const at = '2026-01-01T00:00:00.000Z';
const executionId = 'exec-00000000000a';
const ids = { executionId, workflowId: 'w' };
const session = { ...ids, phaseId: 'p', sessionId: randomUUID(), attempt: 1, leg: 1 };
const usage = {
  ...NO_USAGE,
  byModel: {
    a: { inputTokens: 1, outputTokens: 2, cacheCreationTokens: 3, cacheReadTokens: 4, costUsd: null },
    b: { inputTokens: 10, outputTokens: 0, cacheCreationTokens: 0, cacheReadTokens: 0, costUsd: null },
  },
  durationMs: 1_500,
};
const completed = event(ExecutionCompleted, { ...ids, usage, completedPhases: 1, totalPhases: 1, artifactIds: [] });

const frames = new PlainFrames();
const dataOf = ({ type, data }: Readonly<{ type: string; data: object }>, id: string | null = executionId) =>
  frames.frameOf({ type, data: { ...data }, recordedAt: at }, id)?.data;

describe('an event under the names that clients of unnamed frames know', () => {
  it('ends the stream of its execution, and not the feed of all', () => {
    expect(dataOf(completed)).toEqual({
      type: 'terminal',
      event_type: 'WorkflowCompleted',
      execution_id: executionId,
      timestamp: at,
      data: {
        execution_id: executionId,
        workflow_id: 'w',
        completed_phases: 1,
        total_phases: 1,
        artifact_ids: [],
        total_input_tokens: 11,
        total_output_tokens: 2,
        total_cache_creation_tokens: 3,
        total_cache_read_tokens: 4,
        total_tokens: 20,
        total_duration_seconds: 1.5,
        completed_at: at,
      },
    });
    expect(dataOf(completed, null)).toMatchObject({ type: 'event', execution_id: null });
  });

  it('is a completion without success for a failed phase', () => {
    const failed = event(PhaseFailed, { ...session, usage, artifacts: [], error: 'no', errorType: 'timeout' });

    expect(dataOf(failed)).toMatchObject({
      event_type: 'PhaseCompleted',
      data: { success: false, error_message: 'no', total_tokens: 20, artifact_id: null },
    });
  });

  it('is not sent when those clients have no name for it', () => {
    expect(dataOf(event(PhaseQueued, { ...session, provider: 'simulated', isolation: 'sandbox' }))).toBeUndefined();
  });

  it('still ends its stream when its data does not follow the contract, and is counted', async () => {
    expect(dataOf({ type: completed.type, data: { ...ids, totalPhases: 'many' } })).toMatchObject({
      type: 'terminal',
      event_type: 'WorkflowCompleted',
      data: { execution_id: executionId, total_phases: 'many', recorded_at: at },
    });
    const faults = await register.getSingleMetric('event_data_faults_total')?.get();
    expect(faults?.values).toEqual([expect.objectContaining({ labels: { type: 'ExecutionCompleted' }, value: 1 })]);
  });
});
