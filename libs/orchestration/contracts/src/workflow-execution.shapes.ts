import {
  ArtifactId,
  ErrorText,
  ExecutionId,
  KeptSession,
  ModelUsage,
  MAX_FILES,
  PhaseId,
  ProducedFile,
  RecordedFile,
  RecordedKeptSession,
  ReportedModelUsage,
  ReportedUsage,
  SessionId,
  ShortName,
  Usage,
  WorkflowId,
  type Immutable,
} from '@syntropic/kernel';
import { z } from 'zod';
import { Isolation, PROVIDERS, RecordedAgent, type AgentConfiguration } from './agent-configuration';
import { Amount, BudgetKind } from './budget';
import { Checkpoint, RecordedCheckpoint } from './checkpoint';
import { Fork, MAX_ORDER_BYTES } from './work.contract';
import { PhaseDefinition } from './workflow-definition';

/** The fields that commands and events of executions share. */

export const reason = z.string().max(2_000).optional();

export const YieldPoint = z.enum(['before_phase', 'after_tool', 'after_model', 'between_lines']);
export type YieldPoint = z.infer<typeof YieldPoint>;

const ParkReason = z.enum(['hold_expired', 'slot_needed', 'shutdown', 'lease_lost', 'requested', 'limit']);

/** The reasons for which a phase has no runner any more. */
export const LossReason = z.enum(['lease_lost', 'queue_timeout', 'shutdown']);
export const InterruptReason = z.enum([...LossReason.options, 'requested']);

/** A phase as its runner is sent it: the template's, with its agent decided. */
export type ExecutablePhase = Immutable<z.infer<typeof PhaseDefinition>> & Readonly<{ agent: AgentConfiguration }>;

/** A phase as its execution records it: all that decides its course. The template holds its instructions. */
const PlannedPhase = PhaseDefinition.pick({
  phaseId: true,
  name: true,
  order: true,
  executionType: true,
  model: true,
  retries: true,
}).extend({
  agent: z.object({
    provider: z.enum(PROVIDERS),
    isolation: Isolation,
    /** The names of the secrets that its set-up asks for, if any. */
    secrets: z.array(z.string()).optional(),
  }),
});

/** What a runner must have for a phase. */
export const needsOfRunner = {
  provider: z.string(),
  isolation: z.string(),
  /** The names of secrets, if any. */
  secrets: z.array(z.string()).optional(),
};

/** A phase as older builds recorded it, with its instructions. */
const WholePhase = PhaseDefinition.extend({ agent: RecordedAgent, timeoutSeconds: z.number() });

export const RecordedPhase = z.union([WholePhase, PlannedPhase]);
export type RecordedPhase = Immutable<z.infer<typeof RecordedPhase>>;

/** An input, or the task: a work order has all of them, and is smaller. */
export const InputText = z.string().max(MAX_ORDER_BYTES);
const MOST_GIVEN = 1_000;
export const Inputs = z
  .record(z.string().max(100), InputText)
  .refine((inputs) => Object.keys(inputs).length <= MOST_GIVEN, `at most ${MOST_GIVEN} inputs`);

/** All inputs of an execution: prompts name the task like any other. */
export const inputsWithTask = ({
  inputs,
  task,
}: Immutable<{ inputs: Record<string, string>; task?: string | undefined }>): Record<string, string> => ({
  ...inputs,
  ...(task !== undefined && { task }),
});

/** A command of a session about its phase. */
export const ofSession = { executionId: ExecutionId, phaseId: PhaseId, sessionId: SessionId };

/** The end of an attempt: its usage and artifacts. */
export const settled = {
  /** The model that its agent began with. */
  model: ShortName.optional(),
  usage: ReportedUsage,
  artifacts: z.array(ProducedFile).max(MAX_FILES).default([]),
  /** Present when its agent keeps sessions. */
  kept: KeptSession.optional(),
};

/** The same as events have it. */
export const recordedEnd = {
  model: z.string().optional(),
  usage: Usage,
  artifacts: z.array(RecordedFile).default([]),
  kept: RecordedKeptSession.optional(),
};

export const failure = { error: ErrorText, errorType: ShortName };

/** The same as events have it. */
export const recordedFailure = {
  error: z.string(),
  /** A stable code: `agent_failed`, `agent_unfinished`, `agent_cut_off`, `task_failed`, `timeout`, `workspace_failed`, `rejected`, … */
  errorType: z.string().min(1),
};

export const inExecution = {
  executionId: ExecutionId,
  workflowId: WorkflowId,
  /** Present in the events of an execution that was started with a budget: its clock follows them. */
  isBudgeted: z.literal(true).optional(),
};
export const inPhase = { ...inExecution, phaseId: PhaseId };

/** Each attempt of a phase is a session; a session that was parked goes on with its next leg. */
export const inSession = { ...inPhase, sessionId: SessionId, attempt: z.int(), leg: z.int().min(1) };

/** A session with the leg that it has come to. */
export const sessionLeg = z.object({ sessionId: SessionId, leg: z.int() });

/** The execution that a rerun was made of, and its status at that moment. */
export const RerunOf = z.object({
  executionId: ExecutionId,
  status: z.enum(['completed', 'failed', 'cancelled', 'interrupted']),
});

/** Tokens and cost of a session, or of the beginning of one. */
const SessionUsage = ModelUsage.extend({ costComplete: z.boolean() });

/**
 * A finished phase of another execution that an execution has instead of running it. Its artifacts stay with the
 * execution in which it ran: that one's events list them.
 */
export const TakenOverPhase = z.object({
  phaseId: PhaseId,
  /** The execution in which it ran, also where that is not the one that was rerun. */
  executionId: ExecutionId,
  /** The session that completed it. */
  sessionId: SessionId,
  attempt: z.int(),
  /** Its first artifact. */
  artifactId: ArtifactId.optional(),
  /** Tokens and cost of the session, which no sum of this execution includes. */
  used: SessionUsage,
});
export type TakenOverPhase = Immutable<z.infer<typeof TakenOverPhase>>;

/** A point of a session's conversation at which no tool of it ran. */
export const YieldedAt = z.object({
  sessionId: SessionId,
  /** The agent's own id of the conversation's entry. */
  entryId: z.string().min(1).max(100),
  /** What the session had used by then. */
  used: ReportedModelUsage.extend({ costComplete: z.boolean() }),
});

/** The session of another execution with whose conversation and files a phase begins. */
export const ForkOf = Fork.extend({
  executionId: ExecutionId,
  phaseId: PhaseId,
  /** What the session had used until there, which no sum of this execution includes. */
  used: SessionUsage,
});
export type ForkOf = Immutable<z.infer<typeof ForkOf>>;

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

/** A limit that holds the execution up, as the ledger of its budget found it. */
export const exceeded = {
  kind: BudgetKind,
  limit: Amount,
  spent: Amount,
  /** Planned for the calls in flight. */
  reserved: Amount,
  /** The plan of the refused call; absent when none was refused. */
  needed: Amount.optional(),
  /** `spent`: the limit is reached. `reserved`: a call does not fit any more. `unpriced`: the model has no known price. */
  cause: z.enum(['spent', 'reserved', 'unpriced']),
  model: ShortName.optional(),
};

/** Where a parked session goes on. */
export const queueing = {
  parkedOn: z.string().optional(),
  /** Present when other runners can go on with the parked session, too. */
  hasCheckpoint: z.literal(true).optional(),
};

/** A session that its runner has parked. */
export const parking = {
  runner: ShortName,
  why: ParkReason,
  usage: ReportedUsage,
  /** Absent: only this runner can go on with the session. */
  checkpoint: Checkpoint.optional(),
  /** Why there is none. */
  checkpointError: ErrorText.optional(),
};

/** The same as events have it. */
export const recordedParking = {
  runner: z.string(),
  why: ParkReason,
  usage: Usage,
  checkpoint: RecordedCheckpoint.optional(),
  checkpointError: z.string().optional(),
};
