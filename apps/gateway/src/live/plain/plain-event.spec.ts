import { plainFrame } from './plain-event';

const at = '2026-01-01T00:00:00.000Z';
const usage = {
  by_model: {
    a: { input_tokens: 1, output_tokens: 2, cache_creation_tokens: 3, cache_read_tokens: 4 },
    b: { input_tokens: 10 },
  },
  duration_ms: 1_500,
};

describe('an event under the names that clients of unnamed frames know', () => {
  it('ends the stream of its execution, and not the feed of all', () => {
    const data = {
      execution_id: 'exec-1',
      workflow_id: 'w',
      usage,
      completed_phases: 1,
      total_phases: 1,
      artifact_ids: [],
      recorded_at: at,
    };

    expect(plainFrame('ExecutionCompleted', data, 'exec-1')?.data).toEqual({
      type: 'terminal',
      event_type: 'WorkflowCompleted',
      execution_id: 'exec-1',
      timestamp: at,
      data: {
        execution_id: 'exec-1',
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
    expect(plainFrame('ExecutionCompleted', data, null)?.data).toMatchObject({ type: 'event', execution_id: null });
  });

  it('says of a failed phase that it completed without success', () => {
    const data = { phase_id: 'p', usage, artifacts: [], error: 'no', recorded_at: at };

    expect(plainFrame('PhaseFailed', data, 'exec-1')?.data).toMatchObject({
      event_type: 'PhaseCompleted',
      data: { success: false, error_message: 'no', total_tokens: 20, artifact_id: null },
    });
  });

  it('is not told when those clients have no word for it', () => {
    expect(plainFrame('PhaseQueued', { recorded_at: at }, 'exec-1')).toBeUndefined();
  });
});
