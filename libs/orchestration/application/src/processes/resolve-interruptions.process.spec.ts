import {
  ExecutionId,
  NO_USAGE,
  PhaseId,
  SessionId,
  WorkflowId,
  type EventMessage,
  type InputOf,
} from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { resolveInterruptions } from './resolve-interruptions.process';

const { events, commands } = workflowExecution;

const ids = { executionId: ExecutionId.parse('exec-0123456789ab'), workflowId: WorkflowId.parse('review') };
const source = ExecutionId.parse('exec-ba9876543210');
const sessionId = SessionId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11');
const sums = { usage: NO_USAGE, completedPhases: 0, totalPhases: 1, artifactIds: [] };
const timer = `interruption/${ids.executionId}`;

const actionsAfter = <M extends EventMessage>(message: M, data: InputOf<M>) =>
  resolveInterruptions.on[message.type]?.({
    ...event(message, data),
    position: 7,
    stream: `execution-${ids.executionId}`,
    version: 2,
    id: '0b0f8f1e-6f0b-5a54-9d3e-2f1c9e6a7d41',
    metadata: {
      commandId: 'c',
      correlationId: 'c',
      causationId: 'c',
      actor: { kind: 'user', id: 'ada' },
      schemaVersion: 1,
      bodyHash: '',
    },
    recordedAt: '2026-01-01T00:00:00.000Z',
  });

describe('an interruption', () => {
  const lost = { ...ids, ...sums, phaseId: PhaseId.parse('plan'), sessionId, attempt: 1, leg: 1, sessions: [] };

  it('is retried after its back-off', () => {
    expect(actionsAfter(events.ExecutionInterrupted, { ...lost, why: 'lease_lost', retryInSeconds: 30 })).toEqual([
      {
        kind: 'start_timer',
        key: timer,
        afterSeconds: 30,
        command: {
          context: 'orchestration',
          type: 'RetryInterruption',
          data: commands.RetryInterruption.schema.parse({ executionId: ids.executionId, sessionId }),
        },
      },
    ]);
  });

  it('without a retry leads to nothing, as events of older builds do', () => {
    expect(actionsAfter(events.ExecutionInterrupted, { ...lost, why: 'queue_timeout' })).toEqual([]);
  });
});

describe('the timer of a retry', () => {
  const stopped = [{ kind: 'stop_timer', key: timer }];

  it('is stopped by a retry and by a cancellation', () => {
    expect(actionsAfter(events.ExecutionRetried, { ...ids, phaseIds: [] })).toEqual(stopped);
    expect(actionsAfter(events.ExecutionCancelled, { ...ids, ...sums })).toEqual(stopped);
  });
});

describe('a rerun', () => {
  const started = { ...ids, workflowName: 'Review', inputs: {}, repos: [], phases: [] };
  const startedOf = (status: 'interrupted' | 'failed') =>
    actionsAfter(events.ExecutionStarted, { ...started, rerunOf: { executionId: source, status } });

  it('ends the interrupted execution that it was made of, and no other', () => {
    expect(startedOf('interrupted')).toEqual([
      {
        kind: 'send',
        command: {
          context: 'orchestration',
          type: 'CancelExecution',
          data: { executionId: source, reason: `rerun as ${ids.executionId}` },
        },
      },
    ]);
    expect(startedOf('failed')).toEqual([]);
    expect(actionsAfter(events.ExecutionStarted, started)).toEqual([]);
  });
});
