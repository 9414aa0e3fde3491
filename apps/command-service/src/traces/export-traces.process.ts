import { agentSession } from '@syntropic/agent-sessions/contracts';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { effect, process } from '@syntropic/processes';

/** An execution or a session that has ended, with the time of its end. */
export type Ended = Readonly<{ of: 'execution' | 'session'; id: string; recordedAt: string; telemetryEvents: number }>;

export const traceExport = effect<Ended>('export_trace');

type AnEnd = Readonly<{ data: Readonly<{ executionId: string }>; recordedAt: string }>;

const executionEnded = ({ data: { executionId }, recordedAt }: AnEnd) => [
  traceExport.action({ of: 'execution', id: executionId, recordedAt, telemetryEvents: 0 }),
];

/** Exports the spans of what has ended: those of an agent's session with its calls, and those of an execution with its phases. */
export const exportTraces = process(
  workflowExecution,
  agentSession,
)({
  name: 'export-traces',
  on: {
    ExecutionCompleted: executionEnded,
    ExecutionFailed: executionEnded,
    ExecutionCancelled: executionEnded,
    SessionCompleted: ({ data: { sessionId, telemetryEvents }, recordedAt }) => [
      traceExport.action({ of: 'session', id: sessionId, recordedAt, telemetryEvents }),
    ],
  },
});
