import {
  eventTypes,
  type ArtifactId,
  type Event,
  type ExecutionId,
  type PhaseId,
  type SessionId,
  type WorkflowId,
} from '@syntropic/kernel';

/** The bytes are in object storage under `uri`; the event holds what identifies them. */
export type ArtifactCreated = Event<
  'ArtifactCreated',
  {
    artifactId: ArtifactId;
    workflowId: WorkflowId;
    phaseId: PhaseId;
    executionId: ExecutionId;
    sessionId: SessionId;
    artifactType: string;
    contentType: string;
    title: string;
    path: string;
    sha256: string;
    sizeBytes: number;
    uri: string;
    isPrimaryDeliverable: boolean;
  }
>;

export type ArtifactEvent = ArtifactCreated;

export const artifactEvents = eventTypes<ArtifactEvent>({
  ArtifactCreated: true,
});
