import { ArtifactId, command, ExecutionId, PhaseId, SessionId, Usage, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { PROVIDERS } from './agent-configuration';

const reason = z.string().max(2_000).optional();

/** A file that an agent left in `artifacts/output`, stored under its hash. */
export const ArtifactRef = z.object({
  artifactId: ArtifactId,
  /** Relative to `artifacts/output`, with forward slashes. */
  path: z.string().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int().nonnegative(),
  uri: z.string().min(1),
});
export type ArtifactRef = Readonly<z.infer<typeof ArtifactRef>>;

export class StartExecution extends command('StartExecution', {
  executionId: ExecutionId,
  workflowId: WorkflowId,
  inputs: z.record(z.string(), z.string()).default({}),
  /** Stands for `$ARGUMENTS` in prompts. */
  task: z.string().optional(),
  repos: z.array(z.string()).max(100).default([]),
  /** Overrides the provider of every phase. */
  provider: z.enum(PROVIDERS).optional(),
}) {}

export class PauseExecution extends command('PauseExecution', { executionId: ExecutionId, reason }) {}
export class ResumeExecution extends command('ResumeExecution', { executionId: ExecutionId }) {}
export class CancelExecution extends command('CancelExecution', { executionId: ExecutionId, reason }) {}

/** Begins the interrupted phases again, as attempt n + 1. */
export class RetryExecution extends command('RetryExecution', { executionId: ExecutionId }) {}

const ofSession = { executionId: ExecutionId, phaseId: PhaseId, sessionId: SessionId };

/** A runner has claimed the phase's work. */
export class StartPhase extends command('StartPhase', {
  ...ofSession,
  runner: z.string().min(1),
  leg: z.number().int().min(1),
}) {}

/** The phase's agent stands still at a yield point, every process of its workspace stopped. */
export class HoldPhase extends command('HoldPhase', {
  ...ofSession,
  yieldPoint: z.enum(['before_phase', 'after_tool', 'after_model', 'between_lines']),
}) {}

/** The agent of a held phase was ended and its workspace kept; lease and slot are free. */
export class ParkPhase extends command('ParkPhase', {
  ...ofSession,
  runner: z.string().min(1),
  why: z.enum(['hold_expired', 'slot_needed', 'shutdown', 'lease_lost']),
  /** Of the session so far. */
  usage: Usage,
}) {}

const settled = { ...ofSession, usage: Usage, artifacts: z.array(ArtifactRef).default([]) };

export class CompletePhase extends command('CompletePhase', settled) {}

export class FailPhase extends command('FailPhase', {
  ...settled,
  error: z.string(),
  /** A stable word: `agent_failed`, `timeout`, `workspace_failed`, `rejected`. */
  errorType: z.string().min(1),
}) {}

/** The phase's agent has ended because the execution is being cancelled. */
export class StopPhase extends command('StopPhase', settled) {}

/** Nobody runs the phase any more: its lease was lost, or no runner took it in time. */
export class InterruptPhase extends command('InterruptPhase', {
  ...ofSession,
  why: z.enum(['lease_lost', 'queue_timeout', 'shutdown']),
}) {}

/** The back-off after a failed attempt has passed. */
export class RequeuePhase extends command('RequeuePhase', {
  executionId: ExecutionId,
  phaseId: PhaseId,
  attempt: z.number().int().min(2),
}) {}

export class ApprovePhase extends command('ApprovePhase', { executionId: ExecutionId, phaseId: PhaseId }) {}
export class RejectPhase extends command('RejectPhase', { executionId: ExecutionId, phaseId: PhaseId, reason }) {}
