import {
  ArtifactId,
  ExecutionId,
  PhaseId,
  ProducedFile,
  SessionId,
  Usage,
  WorkflowId,
  type Immutable,
} from '@syntropic/kernel';
import { z } from 'zod';
import { AgentConfiguration } from './agent-configuration';
import { PhaseDefinition } from './workflow-definition';

/** The fields that commands and events of executions share. */

export const reason = z.string().max(2_000).optional();

export const YieldPoint = z.enum(['before_phase', 'after_tool', 'after_model', 'between_lines']);
export type YieldPoint = z.infer<typeof YieldPoint>;

export const ParkReason = z.enum(['hold_expired', 'slot_needed', 'shutdown', 'lease_lost']);
export const InterruptReason = z.enum(['lease_lost', 'queue_timeout', 'shutdown']);

/** A phase as this execution runs it: the template's, with its agent decided. */
export const ExecutablePhase = PhaseDefinition.extend({ agent: AgentConfiguration });
export type ExecutablePhase = Immutable<z.infer<typeof ExecutablePhase>>;

/** A command of a session about its phase. */
export const ofSession = { executionId: ExecutionId, phaseId: PhaseId, sessionId: SessionId };

/** The end of an attempt: its usage and artifacts. */
export const settled = {
  /** The model that its agent began with. */
  model: z.string().optional(),
  usage: Usage,
  artifacts: z.array(ProducedFile).default([]),
};

export const failure = {
  error: z.string(),
  /** A stable code: `agent_failed`, `agent_unfinished`, `agent_cut_off`, `task_failed`, `timeout`, `workspace_failed`, `rejected`, … */
  errorType: z.string().min(1),
};

export const inExecution = { executionId: ExecutionId, workflowId: WorkflowId };
export const inPhase = { ...inExecution, phaseId: PhaseId };

/** Each attempt of a phase is a session; a session that was parked goes on with its next leg. */
export const inSession = { ...inPhase, sessionId: SessionId, attempt: z.int(), leg: z.int().min(1) };

/** The most artifacts that an execution names; queries list all of them. */
export const MAX_ARTIFACT_IDS = 1_000;

/** The sums of an execution so far. */
export const summary = {
  usage: Usage,
  completedPhases: z.int(),
  totalPhases: z.int(),
  /** The first `MAX_ARTIFACT_IDS`: a summary does not grow with phases times files. */
  artifactIds: z.array(ArtifactId),
  /** Present when there are more artifacts than ids here. */
  artifactCount: z.int().optional(),
};
