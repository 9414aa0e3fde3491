import type { SessionEvents } from '@syntropic/agent-sessions/contracts';
import {
  ArtifactId,
  DomainError,
  ExecutionId,
  NO_USAGE,
  PhaseId,
  SessionId,
  WorkflowId,
  type ProducedFile,
  type Recorded,
} from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { runPhases } from './run-phases.process';

type SessionCompleted = SessionEvents['SessionCompleted']['data'];

const ended = {
  executionId: ExecutionId.parse('exec-0123456789ab'),
  phaseId: PhaseId.parse('plan'),
  sessionId: SessionId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11'),
  usage: { ...NO_USAGE, turns: 3 },
};
const report: ProducedFile = {
  artifactId: ArtifactId.parse('7c0cf1a4-8f0f-4f0e-8f6e-0a3f7d1c2b11'),
  path: 'report.md',
  sha256: 'a'.repeat(64),
  sizeBytes: 12,
  uri: 'file:///objects/a',
};
/** An older build took any text for a hash. */
const poisoned: ProducedFile = { ...report, path: 'other.md', sha256: 'not-a-hash' };

const recorded = (data: SessionCompleted): Recorded => ({
  type: 'SessionCompleted',
  data,
  position: 7,
  stream: `session-${data.sessionId}`,
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
});

/** The commands that the end of a session leads to, with their data as their handler parses it. */
function commandsAfter(end: Partial<SessionCompleted> & Pick<SessionCompleted, 'status'>) {
  const workflowId = WorkflowId.parse('review');
  const data: SessionCompleted = { ...ended, workflowId, artifacts: [report], telemetryEvents: 0, ...end };
  const actions = runPhases.on['SessionCompleted']?.(recorded(data));
  return actions?.map((action) => {
    if (action.kind !== 'send') throw new Error(`it led to ${action.kind}`);
    const { type, data } = action.command;
    const message = Object.values(workflowExecution.commands).find((known) => known.type === type);
    return [type, message?.schema.parse(data)];
  });
}

describe('the end of a session', () => {
  const what = { ...ended, artifacts: [report] };

  it('ends its phase in the same way, with what was used and left', () => {
    expect(commandsAfter({ status: 'completed' })).toEqual([['CompletePhase', what]]);
    expect(commandsAfter({ status: 'cancelled' })).toEqual([['StopPhase', what]]);
    expect(commandsAfter({ status: 'failed', error: 'exit 1', errorType: 'timeout' })).toEqual([
      ['FailPhase', { ...what, error: 'exit 1', errorType: 'timeout' }],
    ]);
    expect(commandsAfter({ status: 'failed' })).toEqual([
      ['FailPhase', { ...what, error: 'the agent failed', errorType: 'agent_failed' }],
    ]);
  });

  it('fails its phase when it names a file that no command may name, and keeps the others', () => {
    expect(commandsAfter({ status: 'completed', artifacts: [report, poisoned] })).toEqual([
      [
        'FailPhase',
        {
          ...what,
          error: "its session's account is invalid: artifacts[1].sha256: 64 lower-case hexadecimal digits",
          errorType: 'account_refused',
        },
      ],
    ]);
  });

  it('keeps its own reason although a file is refused, and names the file', () => {
    const artifacts = [poisoned, report];
    const fault = "its session's account is invalid: artifacts[0].sha256: 64 lower-case hexadecimal digits";
    expect(commandsAfter({ status: 'cancelled', artifacts })).toEqual([['StopPhase', { ...what, error: fault }]]);
    expect(commandsAfter({ status: 'failed', error: 'exit 1', artifacts })).toEqual([
      ['FailPhase', { ...what, error: `exit 1\n${fault}`, errorType: 'agent_failed' }],
    ]);
  });

  it('ends its phase also when an older build recorded longer texts than commands take', () => {
    const long = { error: 'ä'.repeat(1e6), errorType: 'e'.repeat(1e6), model: 'm'.repeat(1e6) };
    const [failed] = commandsAfter({ status: 'failed', ...long }) ?? [];

    expect(failed).toEqual([
      'FailPhase',
      {
        ...what,
        model: 'm'.repeat(200),
        error: expect.stringMatching(/^ä+…$/u) as unknown,
        errorType: 'e'.repeat(200),
      },
    ]);
  });

  it('fails its phase with the reason when its account is refused as a whole', () => {
    const refusal = new DomainError('command.invalid', 'usage.turns: too many', 'invalid', 'usage.turns');
    const { workflowId, telemetryEvents } = { workflowId: WorkflowId.parse('review'), telemetryEvents: 0 };
    const data: SessionCompleted = { ...ended, workflowId, telemetryEvents, status: 'completed', artifacts: [report] };

    expect(runPhases.onMalformed['SessionCompleted']?.(recorded(data), refusal)).toMatchObject([
      {
        command: {
          type: 'FailPhase',
          data: {
            usage: { costComplete: false },
            error: "its session's account is invalid: usage.turns: too many",
            errorType: 'account_refused',
          },
        },
      },
    ]);
  });
});
