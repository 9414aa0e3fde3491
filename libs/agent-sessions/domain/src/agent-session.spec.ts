import { CompleteSession, StartSession, type SessionStarted } from '@syntropic/agent-sessions/contracts';
import { ExecutionId, NO_USAGE, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { AgentSession, completeSession, startSession } from './agent-session';

const place = {
  sessionId: SessionId.parse('6f1b7a52-3a8e-4a57-9d5f-0a3f7d1c2b11'),
  executionId: ExecutionId.parse('exec-0123456789ab'),
};
const begun: SessionStarted['data'] = {
  ...place,
  workflowId: WorkflowId.parse('review'),
  phaseId: PhaseId.parse('plan'),
  provider: 'simulated',
  repos: [],
};
const started: SessionStarted = { type: 'SessionStarted', data: begun };
const end = new CompleteSession({ ...place, status: 'completed', usage: NO_USAGE });

const { given } = specificationOf(AgentSession);

describe('a session', () => {
  it('starts', () => {
    given()
      .when(startSession, new StartSession({ ...begun, repos: [] }))
      .then(started);
  });

  it('goes on when its parked phase does', () => {
    given(started)
      .when(startSession, new StartSession({ ...begun, repos: [] }))
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
      .when(startSession, new StartSession({ ...begun, repos: [] }))
      .thenRefused('session.already_completed');
  });
});
