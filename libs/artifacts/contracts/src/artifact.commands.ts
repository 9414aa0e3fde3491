import { ArtifactId, command, ExecutionId, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';

/** Records a file whose bytes are in object storage already. */
export class CreateArtifact extends command('CreateArtifact', {
  artifactId: ArtifactId,
  workflowId: WorkflowId,
  phaseId: PhaseId,
  executionId: ExecutionId,
  sessionId: SessionId,
  artifactType: z.string().min(1),
  contentType: z.string().min(1),
  title: z.string().min(1),
  path: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int().nonnegative(),
  uri: z.string().min(1),
  isPrimaryDeliverable: z.boolean().default(true),
}) {}
