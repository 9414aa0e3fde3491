import { artifact, MediaType } from '@syntropic/artifacts/contracts';
import { optional } from '@syntropic/orchestration/contracts';
import { z } from 'zod';
import { pagesByOffset } from '../http/list-pages';
import { flag } from '../http/query-values';
import { cutField } from '../reads/cut-mark';

const added = artifact.commands.AddArtifact.schema.shape;
const changed = artifact.commands.UpdateArtifact.schema.shape;

/** The id, or its first characters. */
export const ArtifactParams = z.object({ artifact_id: z.string().min(1) });

export const ArtifactListQuery = z.object({
  workflow_id: z.string().optional(),
  execution_id: z.string().optional(),
  session_id: z.string().optional(),
  phase_id: z.string().optional(),
  artifact_type: z.string().optional(),
  ...pagesByOffset(200, 50),
});

const ArtifactSummary = z.object({
  id: z.string(),
  workflow_id: z.string().nullable(),
  phase_id: z.string().nullable(),
  execution_id: z.string().nullable(),
  artifact_type: z.string(),
  title: z.string().nullable(),
  path: z.string(),
  size_bytes: z.int(),
  created_at: z.string().nullable(),
});

export const ArtifactList = z.array(ArtifactSummary.extend(cutField).meta({ id: 'ArtifactSummaryResponse' }));

export const ArtifactQuery = z.object({ include_content: flag(true) });

export const ArtifactDetail = z
  .object({
    ...ArtifactSummary.shape,
    session_id: z.string().nullable(),
    is_primary_deliverable: z.boolean(),
    content: z.string().nullable().meta({ description: 'Text; null for other content, which `/content` serves.' }),
    content_type: z.string(),
    content_hash: z.string().nullable(),
    derived_from: z.array(z.string()),
    created_by: z.string().nullable(),
    metadata: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'ArtifactResponse' });
export type ArtifactDetail = z.infer<typeof ArtifactDetail>;

export const ArtifactContent = z
  .object({
    artifact_id: z.string(),
    content: z.string().nullable(),
    content_type: z.string(),
    size_bytes: z.int().nullable(),
  })
  .meta({ id: 'ArtifactContentResponse' });

export const CreateArtifactRequest = z
  .strictObject({
    workflow_id: added.workflowId,
    artifact_type: added.artifactType,
    title: added.title,
    content: z.string().min(1),
    phase_id: optional(added.phaseId.unwrap()),
    session_id: optional(added.sessionId.unwrap()),
    content_type: MediaType.default('text/markdown'),
  })
  .meta({ id: 'CreateArtifactRequest' });

export const CreatedArtifact = z
  .object({ id: z.string(), title: z.string(), artifact_type: z.string(), status: z.literal('created') })
  .meta({ id: 'CreateArtifactResponse' });

export const UpdateArtifactRequest = z
  .strictObject({
    title: optional(changed.title.unwrap()),
    metadata: optional(changed.metadata.unwrap()),
    is_primary_deliverable: optional(changed.isPrimaryDeliverable.unwrap()),
  })
  .refine((fields) => Object.values(fields).some((value) => value !== undefined), {
    error: 'title, metadata or is_primary_deliverable is needed',
    path: ['title'],
  })
  .meta({ id: 'UpdateArtifactRequest' });

export const ArtifactAction = z
  .object({ artifact_id: z.string(), status: z.enum(['updated', 'deleted']) })
  .meta({ id: 'ArtifactActionResponse' });

export const UploadedArtifact = z
  .object({ artifact_id: z.string(), storage_url: z.string(), status: z.literal('uploaded') })
  .meta({ id: 'UploadArtifactResponse' });
