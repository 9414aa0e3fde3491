import {
  eventTypes,
  type Event,
  type ExecutionId,
  type PhaseId,
  type SessionId,
  type WorkspaceId,
} from '@syntropic/kernel';

export type WorkspaceCreated = Event<
  'WorkspaceCreated',
  {
    workspaceId: WorkspaceId;
    executionId: ExecutionId;
    phaseId: PhaseId;
    sessionId: SessionId;
    backend: string;
    runner: string;
    durationMs: number;
  }
>;

export type WorkspaceTerminated = Event<
  'WorkspaceTerminated',
  {
    workspaceId: WorkspaceId;
    executionId: ExecutionId;
    why: 'completed' | 'failed' | 'cancelled' | 'parked' | 'interrupted';
  }
>;

export type WorkspaceEvent = WorkspaceCreated | WorkspaceTerminated;

export const workspaceEvents = eventTypes<WorkspaceEvent>({
  WorkspaceCreated: true,
  WorkspaceTerminated: true,
});
