import { ArtifactId, command, ExecutionId, PhaseId, SessionId, Usage, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';

/** One conversation with one agent: a phase's attempt. */
export class StartSession extends command('StartSession', {
  sessionId: SessionId,
  workflowId: WorkflowId,
  executionId: ExecutionId,
  phaseId: PhaseId,
  provider: z.string().min(1),
  model: z.string().optional(),
  repos: z.array(z.string()).default([]),
}) {}

/** A file that the agent left, stored under its hash. */
const ProducedFile = z.object({
  artifactId: ArtifactId,
  path: z.string().min(1),
  sha256: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  uri: z.string(),
});

export class CompleteSession extends command('CompleteSession', {
  sessionId: SessionId,
  executionId: ExecutionId,
  status: z.enum(['completed', 'failed', 'cancelled']),
  error: z.string().optional(),
  errorType: z.string().optional(),
  usage: Usage,
  artifacts: z.array(ProducedFile).default([]),
  /** Telemetry events that the session produced: a live stream waits for them before it ends. */
  telemetryEvents: z.number().int().nonnegative().default(0),
  /** Where every line that the agent said is stored. */
  transcriptUri: z.string().optional(),
}) {}
