import { command, ExecutionId, PhaseId, SessionId, WorkspaceId } from '@syntropic/kernel';
import { z } from 'zod';

/** Sent by the runner that has made the workspace. */
export class CreateWorkspace extends command('CreateWorkspace', {
  workspaceId: WorkspaceId,
  executionId: ExecutionId,
  phaseId: PhaseId,
  sessionId: SessionId,
  backend: z.string().min(1),
  runner: z.string().min(1),
  /** Milliseconds it took. */
  durationMs: z.number().int().nonnegative(),
}) {}

export class TerminateWorkspace extends command('TerminateWorkspace', {
  workspaceId: WorkspaceId,
  executionId: ExecutionId,
  why: z.enum(['completed', 'failed', 'cancelled', 'parked', 'interrupted']),
}) {}
