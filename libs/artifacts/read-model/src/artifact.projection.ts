import { artifact } from '@syntropic/artifacts/contracts';
import type { Immutable } from '@syntropic/kernel';
import { projection } from '@syntropic/projections';
import { z } from 'zod';

const row = z.object({
  artifact_id: z.string(),
  workflow_id: z.string(),
  phase_id: z.string(),
  execution_id: z.string(),
  session_id: z.string(),
  artifact_type: z.string(),
  content_type: z.string(),
  title: z.string(),
  path: z.string(),
  sha256: z.string(),
  size_bytes: z.int(),
  uri: z.string(),
  is_primary_deliverable: z.boolean(),
  created_at: z.iso.datetime(),
});

export type ArtifactRow = Immutable<z.output<typeof row>>;

/** The files that phases have produced; their bytes are in object storage. */
export const artifactProjection = projection(artifact)({
  name: 'artifact',
  version: 1,
  row,
  key: 'artifact_id',
  indexes: [['created_at'], ['execution_id'], ['workflow_id', 'created_at'], ['phase_id', 'created_at']],
  keys: ({ data }) => [data.artifactId],
  on: {
    ArtifactCreated: (_, { data, recordedAt }) => ({
      artifact_id: data.artifactId,
      workflow_id: data.workflowId,
      phase_id: data.phaseId,
      execution_id: data.executionId,
      session_id: data.sessionId,
      artifact_type: data.artifactType,
      content_type: data.contentType,
      title: data.title,
      path: data.path,
      sha256: data.sha256,
      size_bytes: data.sizeBytes,
      uri: data.uri,
      is_primary_deliverable: data.isPrimaryDeliverable,
      created_at: recordedAt,
    }),
  },
});
