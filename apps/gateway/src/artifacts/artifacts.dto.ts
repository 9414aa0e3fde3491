import { z } from 'zod';
import { flag, sizeUpTo } from '../http/query-values';
import { cutField } from '../reads/cut-mark';

/** The id, or its first characters. */
export const ArtifactParams = z.object({ artifact_id: z.string().min(1) });

export const ArtifactListQuery = z.object({
  workflow_id: z.string().optional(),
  execution_id: z.string().optional(),
  session_id: z.string().optional(),
  phase_id: z.string().optional(),
  artifact_type: z.string().optional(),
  limit: sizeUpTo(200, 50),
  offset: z.coerce.number().int().min(0).default(0),
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
