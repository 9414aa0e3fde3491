import { agentSession, type SessionEvents } from '@syntropic/agent-sessions/contracts';
import { ExecutionId, NO_USAGE, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { AgentSession, completeSession, startSession } from './agent-session';

const { StartSession, CompleteSession } = agentSession.commands;

const ids = {
  sessionId: SessionId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11'),
  executionId: ExecutionId.parse('exec-0123456789ab'),
};
const begun: SessionEvents['SessionStarted']['data'] = {
  ...ids,
  workflowId: WorkflowId.parse('review'),
  phaseId: PhaseId.parse('plan'),
  provider: 'simulated',
  repos: [],
};
const started: SessionEvents['SessionStarted'] = { type: 'SessionStarted', data: begun };
const end = CompleteSession.schema.parse({ ...ids, status: 'completed', usage: NO_USAGE });

const { given } = specificationOf(AgentSession);

describe('a session', () => {
  it('starts', () => {
    given()
      .when(startSession, StartSession.schema.parse({ ...begun, repos: [] }))
      .then(started);
  });

  it('goes on when its parked phase does', () => {
    given(started)
      .when(startSession, StartSession.schema.parse({ ...begun, repos: [] }))
      .thenNothing();
  });

  it('ends once, knowing where it belongs', () => {
    const [completed] = completeSession({ status: 'running', started: begun }, end);
    expect(completed?.data).toMatchObject({ workflowId: 'review', phaseId: 'plan', status: 'completed' });
    if (completed) given(started, completed).when(completeSession, end).thenNothing();
  });

  it('cannot end before it starts, or start after it has ended', () => {
    given().when(completeSession, end).thenRefused('session.not_found');
    given(started, ...completeSession({ status: 'running', started: begun }, end))
      .when(startSession, StartSession.schema.parse({ ...begun, repos: [] }))
      .thenRefused('session.already_completed');
  });
});
