import { artifact, type ArtifactCommands } from '@syntropic/artifacts/contracts';
import type { Immutable } from '@syntropic/kernel';
import { projection, type ListedRowOf } from '@syntropic/projections';
import { z } from 'zod';

type Metadata = NonNullable<ArtifactCommands['UpdateArtifact']['metadata']>;

const row = z.object({
  artifact_id: z.string(),
  workflow_id: z.string(),
  phase_id: z.string().nullable(),
  execution_id: z.string().nullable(),
  session_id: z.string().nullable(),
  artifact_type: z.string(),
  content_type: z.string(),
  title: z.string(),
  path: z.string(),
  sha256: z.string(),
  size_bytes: z.int(),
  uri: z.string(),
  is_primary_deliverable: z.boolean(),
  created_by: z.string(),
  created_at: z.iso.datetime(),
  metadata: z.custom<Metadata>(),
});

export type ArtifactRow = Immutable<z.output<typeof row>>;
export type ListedArtifact = ListedRowOf<typeof artifactProjection>;

/** The files that phases have produced or clients have added, until they are deleted; their bytes are in object storage. */
export const artifactProjection = projection(artifact)({
  name: 'artifact',
  version: 2,
  row,
  key: 'artifact_id',
  indexes: [
    ['created_at', 'artifact_id'],
    ['execution_id', 'created_at', 'artifact_id'],
    ['session_id', 'created_at', 'artifact_id'],
    ['workflow_id', 'created_at', 'artifact_id'],
    ['phase_id', 'created_at', 'artifact_id'],
    ['artifact_type', 'created_at', 'artifact_id'],
  ],
  counted: [[], ['workflow_id'], ['phase_id'], ['artifact_type']],
  listed: { column: 'metadata', schema: z.null(), sql: 'null' },
  keys: ({ data }) => [data.artifactId],
  on: {
    ArtifactCreated: (_, { data, metadata: { actor }, recordedAt }) => ({
      artifact_id: data.artifactId,
      workflow_id: data.workflowId,
      phase_id: data.phaseId ?? null,
      execution_id: data.executionId ?? null,
      session_id: data.sessionId ?? null,
      artifact_type: data.artifactType,
      content_type: data.contentType,
      title: data.title,
      path: data.path,
      sha256: data.sha256,
      size_bytes: data.sizeBytes,
      uri: data.uri,
      is_primary_deliverable: data.isPrimaryDeliverable,
      created_by: data.executionId === undefined ? actor.id : (data.sessionId ?? actor.id),
      created_at: recordedAt,
      metadata: {},
    }),
    ArtifactUpdated: (row, { data }) =>
      row && {
        ...row,
        title: data.title ?? row.title,
        metadata: data.metadata ?? row.metadata,
        is_primary_deliverable: data.isPrimaryDeliverable ?? row.is_primary_deliverable,
      },
    ArtifactUploaded: (row, { data }) =>
      row && {
        ...row,
        path: data.path,
        content_type: data.contentType,
        sha256: data.sha256,
        size_bytes: data.sizeBytes,
        uri: data.uri,
      },
    ArtifactDeleted: () => null,
  },
});
