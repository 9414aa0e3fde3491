import { agentSession } from '@syntropic/agent-sessions/contracts';
import { UNKNOWN_USAGE, type ExecutionId, type SessionId } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { process, send } from '@syntropic/processes';

const { CompleteSession } = agentSession.commands;

/** Closes the sessions that a lost runner has left open; runners close all others themselves. */
export const closeSessions = process(workflowExecution)({
  name: 'close-sessions',
  on: {
    ExecutionInterrupted: ({ data: { executionId, sessions, why } }) =>
      sessions.map(({ sessionId }) => lost(executionId, sessionId, why)),

    PhaseStopped: ({ data: { executionId, sessionId, usage } }) => [
      send(CompleteSession, { executionId, sessionId, status: 'cancelled', usage }),
    ],
  },
  onMalformed: {
    PhaseStopped: ({ data: { executionId, sessionId } }, { message }) => [
      send(CompleteSession, {
        executionId,
        sessionId,
        status: 'cancelled',
        error: `its account is invalid: ${message}`,
        errorType: 'account_refused',
        usage: UNKNOWN_USAGE,
      }),
    ],
  },
});

/** The runner's account wins where there is one: this command reports no usage. */
const lost = (executionId: ExecutionId, sessionId: SessionId, why: string) =>
  send(CompleteSession, {
    executionId,
    sessionId,
    status: 'failed',
    error: `ended without its runner: ${why}`,
    errorType: why,
    usage: UNKNOWN_USAGE,
  });
