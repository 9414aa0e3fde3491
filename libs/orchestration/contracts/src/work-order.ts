import { ExecutionId, PhaseId, SessionId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { AgentConfiguration } from './agent-configuration';
import { ArtifactRef } from './workflow-execution.commands';

/** What an earlier phase left, for `artifacts/input/<phase>` and for `{{phase}}` in prompts. */
const EarlierPhase = z.object({ phaseId: PhaseId, artifacts: z.array(ArtifactRef) });

/** Everything a runner needs to run one session: nothing is looked up later. */
export const WorkOrder = z.object({
  sessionId: SessionId,
  /** Rises with each claim; whoever holds an older one is refused. */
  token: z.number().int(),
  executionId: ExecutionId,
  workflowId: WorkflowId,
  phaseId: PhaseId,
  phaseName: z.string(),
  attempt: z.number().int(),
  /** From 1; above 1 the session goes on in the workspace where it was parked. */
  leg: z.number().int(),
  agent: AgentConfiguration,
  model: z.string().optional(),
  promptTemplate: z.string().default(''),
  timeoutSeconds: z.number(),
  allowedTools: z.array(z.string()),
  outputArtifactTypes: z.array(z.string()),
  inputs: z.record(z.string(), z.string()),
  task: z.string().optional(),
  repos: z.array(z.string()),
  repositoryRef: z.string(),
  earlier: z.array(EarlierPhase),
});
export type WorkOrder = Readonly<z.infer<typeof WorkOrder>>;

/** `commands.work.claim`: a runner with a free slot asks for work that it can do. Answers a `WorkOrder` or nothing. */
export const ClaimWork = z.object({
  runner: z.string().min(1),
  backends: z.array(z.string()),
  providers: z.array(z.string()),
});
export type ClaimWork = z.infer<typeof ClaimWork>;

/** `commands.work.renew`: all leases of a runner, and what it can do. */
export const RenewWork = z.object({
  runner: z.string().min(1),
  backends: z.array(z.string()),
  providers: z.array(z.string()),
  slots: z.number().int().nonnegative(),
  leases: z.array(z.object({ sessionId: SessionId, token: z.number().int() })),
  /** Sessions that this runner keeps parked: those nobody wants any more are named in the answer. */
  parked: z.array(SessionId).default([]),
});
export type RenewWork = z.infer<typeof RenewWork>;

/** What is asked of a running session. */
export const Control = z.enum(['run', 'pause', 'cancel']);
export type Control = z.infer<typeof Control>;

export const RenewedWork = z.object({
  leases: z.array(
    z.union([
      z.object({ sessionId: SessionId, held: z.literal(true), control: Control }),
      z.object({ sessionId: SessionId, held: z.literal(false) }),
    ]),
  ),
  discard: z.array(SessionId),
});
export type RenewedWork = z.infer<typeof RenewedWork>;

/** `commands.work.release`: the session has ended, is parked, or is given back untouched. */
export const ReleaseWork = z.object({
  sessionId: SessionId,
  token: z.number().int(),
  as: z.enum(['closed', 'parked', 'queued']),
});
export type ReleaseWork = z.infer<typeof ReleaseWork>;
