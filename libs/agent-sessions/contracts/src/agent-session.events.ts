import {
  eventTypes,
  type ArtifactId,
  type Event,
  type ExecutionId,
  type PhaseId,
  type SessionId,
  type Usage,
  type WorkflowId,
} from '@syntropic/kernel';

export type SessionStarted = Event<
  'SessionStarted',
  {
    sessionId: SessionId;
    workflowId: WorkflowId;
    executionId: ExecutionId;
    phaseId: PhaseId;
    provider: string;
    model?: string | undefined;
    repos: readonly string[];
  }
>;

export type SessionCompleted = Event<
  'SessionCompleted',
  {
    sessionId: SessionId;
    workflowId: WorkflowId;
    executionId: ExecutionId;
    phaseId: PhaseId;
    status: 'completed' | 'failed' | 'cancelled';
    error?: string | undefined;
    errorType?: string | undefined;
    usage: Usage;
    artifacts: readonly {
      artifactId: ArtifactId;
      path: string;
      sha256: string;
      sizeBytes: number;
      uri: string;
    }[];
    telemetryEvents: number;
    transcriptUri?: string | undefined;
  }
>;

export type AgentSessionEvent = SessionStarted | SessionCompleted;

export const agentSessionEvents = eventTypes<AgentSessionEvent>({
  SessionStarted: true,
  SessionCompleted: true,
});
