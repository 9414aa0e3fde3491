import { CompleteSession } from '@syntropic/agent-sessions/contracts';
import { NO_USAGE, type ExecutionId, type SessionId } from '@syntropic/kernel';
import type { WorkflowExecutionEvent } from '@syntropic/orchestration/contracts';
import { process, send } from '@syntropic/processes';

/** A runner begins and ends its sessions; this closes those whose runner is no longer there to do so. */
export const closeSessions = process<WorkflowExecutionEvent>({
  name: 'close-sessions',
  on: {
    ExecutionInterrupted: ({ data: { executionId, sessions, why } }) =>
      sessions.map(({ sessionId }) => lost(executionId, sessionId, why)),

    PhaseStopped: ({ data: { executionId, sessionId, usage } }) => [
      send('agent-sessions', CompleteSession, { executionId, sessionId, status: 'cancelled', usage }),
    ],
  },
});

/** The runner's own account comes first where there is one; this one has nothing to say about what was used. */
const lost = (executionId: ExecutionId, sessionId: SessionId, why: string) =>
  send('agent-sessions', CompleteSession, {
    executionId,
    sessionId,
    status: 'failed',
    error: `ended without its runner: ${why}`,
    errorType: why,
    usage: { ...NO_USAGE, costComplete: false },
  });
