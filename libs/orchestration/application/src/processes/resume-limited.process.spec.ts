import { ExecutionId, WorkflowId, type Event, type Recorded } from '@syntropic/kernel';
import { MAX_LIMIT_SECONDS } from '@syntropic/orchestration/contracts';
import { resumeLimited } from './resume-limited.process';

const ids = { executionId: ExecutionId.parse('exec-0123456789ab'), workflowId: WorkflowId.parse('review') };
const key = 'limit/exec-0123456789ab';

const after = (type: string, data: Event['data'] = {}) =>
  resumeLimited.on[type]?.({
    type,
    data: { ...ids, ...data },
    position: 7,
    stream: 'execution-exec-0123456789ab',
    version: 2,
    id: '0b0f8f1e-6f0b-5a54-9d3e-2f1c9e6a7d41',
    metadata: {
      commandId: 'c',
      correlationId: 'c',
      causationId: 'c',
      actor: { kind: 'service', id: 'agent-runner' },
      schemaVersion: 1,
      bodyHash: '',
    },
    recordedAt: '2026-01-01T00:00:00.000Z',
  } satisfies Recorded);

describe('a pause until a limit resets', () => {
  it.each([
    ['2026-01-01T00:01:00.500Z', 60.5],
    ['2025-12-31T23:59:00.000Z', 0],
    ['2036-01-01T00:00:00.000Z', MAX_LIMIT_SECONDS + 60],
  ])('ends by a timer: until %s after %d s', (until, afterSeconds) => {
    const command = {
      context: 'orchestration',
      type: 'ResumeAfterLimit',
      data: { executionId: ids.executionId, until },
    };
    expect(after('ExecutionPauseRequested', { why: 'limit', until })).toEqual([
      { kind: 'start_timer', key, afterSeconds, command },
    ]);
  });

  it.each(['ExecutionPauseRequested', 'ExecutionResumed', 'ExecutionInterruptRequested', 'ExecutionCancelRequested'])(
    'has no timer any more after %s by a person',
    (type) => {
      expect(after(type)).toEqual([{ kind: 'stop_timer', key }]);
    },
  );
});
