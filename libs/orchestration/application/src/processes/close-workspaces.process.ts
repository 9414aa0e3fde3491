import type { ExecutionId, SessionId } from '@syntropic/kernel';
import { workflowExecution, workspace, workspaceIdOf } from '@syntropic/orchestration/contracts';
import { process, send } from '@syntropic/processes';

/** Records the end of workspaces that were lost with their runner; runners record all others themselves. */
export const closeWorkspaces = process(workflowExecution)({
  name: 'close-workspaces',
  on: {
    ExecutionInterrupted: ({ data: { executionId, sessions } }) =>
      sessions.map((session) => ended(executionId, session, 'interrupted')),

    PhaseParked: ({ data }) => [ended(data.executionId, data, 'parked')],

    PhaseStopped: ({ data }) => [ended(data.executionId, data, 'cancelled')],
  },
});

type Leg = Readonly<{ sessionId: SessionId; leg: number }>;

const ended = (executionId: ExecutionId, { sessionId, leg }: Leg, why: 'interrupted' | 'parked' | 'cancelled') =>
  send(workspace.commands.TerminateWorkspace, { executionId, workspaceId: workspaceIdOf(sessionId, leg), why });
