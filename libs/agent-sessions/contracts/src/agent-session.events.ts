import type { ArtifactId, Event, ExecutionId, PhaseId, SessionId, Usage, WorkflowId } from '@syntropic/kernel';

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
  }
>;

export type AgentSessionEvent = SessionStarted | SessionCompleted;
