import { agentSession } from '@syntropic/agent-sessions/contracts';
import { totalTokensView, wireEvents } from '@syntropic/live';

/** Sessions as clients of unnamed frames know them. */
export const sessionWireEvents = wireEvents(agentSession)({
  SessionStarted: {
    name: 'SessionStarted',
    activity: true,
    data: ({ data, recordedAt }) => ({
      session_id: data.sessionId,
      workflow_id: data.workflowId,
      execution_id: data.executionId,
      phase_id: data.phaseId,
      repos: data.repos,
      agent_provider: data.provider,
      agent_model: data.model ?? null,
      started_at: recordedAt,
    }),
  },
  SessionCompleted: {
    name: 'SessionCompleted',
    activity: true,
    data: ({ data, recordedAt }) => ({
      session_id: data.sessionId,
      workflow_id: data.workflowId,
      execution_id: data.executionId,
      phase_id: data.phaseId,
      status: data.status,
      ...totalTokensView(data.usage),
      completed_at: recordedAt,
      operation_count: data.telemetryEvents,
      error_message: data.error ?? null,
    }),
  },
});
