import { artifact } from '@syntropic/artifacts/contracts';
import { wireEvents } from '@syntropic/live';

/** Artifacts as clients of unnamed frames know them. */
export const artifactWireEvents = wireEvents(artifact)({
  ArtifactCreated: {
    name: 'ArtifactCreated',
    data: ({ data, recordedAt }) => ({
      artifact_id: data.artifactId,
      path: data.path,
      sha256: data.sha256,
      size_bytes: data.sizeBytes,
      uri: data.uri,
      workflow_id: data.workflowId,
      phase_id: data.phaseId,
      execution_id: data.executionId,
      session_id: data.sessionId,
      artifact_type: data.artifactType,
      content_type: data.contentType,
      title: data.title,
      is_primary_deliverable: data.isPrimaryDeliverable,
      created_at: recordedAt,
    }),
  },
});
