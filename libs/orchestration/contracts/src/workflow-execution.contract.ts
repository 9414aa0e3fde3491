import {
  byLeaseHolder,
  byPlatform,
  contract,
  ErrorText,
  ExecutionId,
  Location,
  MAX_REPOS,
  PhaseId,
  SessionId,
  ShortName,
  WorkflowId,
  type CommandsOf,
  type EventOf,
  type EventsOf,
} from '@syntropic/kernel';
import { z } from 'zod';
import { PROVIDERS } from './agent-configuration';
import { Amount, Budget, BudgetKind, OnExceeded } from './budget';
import { noneTwice, Prompt, Retries } from './workflow-definition';
import { limitedPause, modelLimit } from './model-limit';
import { MessageId, MessageRole, MessageText } from './message';
import { refusals } from './workflow-execution.refusals';
import {
  exceeded,
  failure,
  ForkOf,
  inExecution,
  inPhase,
  Inputs,
  InputText,
  inSession,
  InterruptReason,
  needsOfRunner,
  LossReason,
  ofSession,
  parking,
  queueing,
  reason,
  recordedEnd,
  recordedFailure,
  recordedParking,
  RecordedPhase,
  RerunOf,
  sessionLeg,
  settled,
  summary,
  TakenOverPhase,
  YieldedAt,
  YieldPoint,
} from './workflow-execution.shapes';

const commands = {
  StartExecution: {
    executionId: ExecutionId,
    workflowId: WorkflowId,
    inputs: Inputs.default({}),
    /** Replaces `$ARGUMENTS` in prompts. */
    task: InputText.optional(),
    repos: z.array(Location).max(MAX_REPOS).default([]),
    /** Overrides the provider of every phase. */
    provider: z.enum(PROVIDERS).optional(),
    /** Replaces the workflow's limit in dollars, and keeps its action. */
    maxBudgetUsd: Amount.optional(),
  },
  /** Starts another execution of the source's template that takes over the phases before the first one to run. */
  RerunExecution: {
    executionId: ExecutionId,
    sourceId: ExecutionId,
    /** Absent: the first phase that has not finished. */
    fromPhase: PhaseId.optional(),
    /** Replace the source's inputs of the same names. */
    inputs: Inputs.default({}),
  },
  /** Starts another execution of the source's template whose phase goes on with the kept session of the source's phase. */
  ForkExecution: {
    executionId: ExecutionId,
    sourceId: ExecutionId,
    /** Absent: the last phase whose session was kept. */
    phaseId: PhaseId.optional(),
    /** Absent: the end of the session. */
    at: YieldedAt.optional(),
    /** What the conversation goes on with. Absent: the phase's own prompt. */
    prompt: Prompt.min(1).optional(),
    /** Replace the source's inputs of the same names. */
    inputs: Inputs.default({}),
  },
  PauseExecution: { executionId: ExecutionId, reason },
  ResumeExecution: { executionId: ExecutionId },
  CancelExecution: { executionId: ExecutionId, reason },
  /** Ends the agents of an execution, keeps their workspaces, and waits for a retry. */
  InterruptExecution: { executionId: ExecutionId, reason },
  /** Begins the interrupted phases again, as attempt n + 1. */
  RetryExecution: { executionId: ExecutionId },
  /** The back-off after an interruption by the loss of this session has passed. */
  RetryInterruption: byPlatform({ executionId: ExecutionId, sessionId: SessionId }),
  /** Sets limits of the execution's budget; `null` removes one. Without an action that of the former limit stays, else `pause`. */
  ChangeBudget: {
    executionId: ExecutionId,
    limits: z
      .array(z.object({ kind: BudgetKind, limit: Amount.nullable(), onExceeded: OnExceeded.optional() }))
      .min(1)
      .max(BudgetKind.options.length)
      .check(noneTwice('kind')),
  },
  /** The ledger of the budget has found a limit exceeded. */
  ExceedBudget: byPlatform({ executionId: ExecutionId, ...exceeded }),
  /** A provider of models refuses the calls of the phase's agent: the execution pauses until the limit has reset. */
  ReportLimit: byLeaseHolder({ ...ofSession, ...modelLimit }),
  /** The limit for which the execution was paused until then has reset. */
  ResumeAfterLimit: byPlatform({ executionId: ExecutionId, until: z.iso.datetime() }),
  /** A runner has claimed the phase's work. */
  StartPhase: byPlatform({ ...ofSession, runner: ShortName, leg: z.number().int().min(1) }),
  /** The phase's agent is frozen at a yield point: all processes of its workspace are stopped. */
  HoldPhase: byLeaseHolder({ ...ofSession, yieldPoint: YieldPoint }),
  /** The phase's agent runs again after the execution was resumed. */
  ResumePhase: byLeaseHolder(ofSession),
  /** The agent of a held phase was ended and its workspace kept; lease and slot are free. `usage`: of the session so far. */
  ParkPhase: byLeaseHolder({ ...ofSession, ...parking }),
  CompletePhase: byPlatform({ ...ofSession, ...settled }),
  FailPhase: byPlatform({ ...ofSession, ...settled, ...failure }),
  /** The phase's agent has ended because the execution is being cancelled. */
  StopPhase: byPlatform({ ...ofSession, ...settled, error: ErrorText.optional() }),
  /** The phase has no runner any more: its lease was lost, or no runner took it in time. */
  InterruptPhase: byLeaseHolder({ ...ofSession, why: LossReason }),
  /** The back-off after a failed attempt has passed. */
  RequeuePhase: byPlatform({ executionId: ExecutionId, phaseId: PhaseId, attempt: z.number().int().min(2) }),
  /** Gives the agents of the present phases a message, which they read between two steps of their work. */
  InjectMessage: { executionId: ExecutionId, messageId: MessageId, role: MessageRole, message: MessageText },
  /** The agent of the phase has taken the message into its conversation. */
  DeliverMessage: byLeaseHolder({ ...ofSession, messageId: MessageId }),
  ApprovePhase: { executionId: ExecutionId, phaseId: PhaseId },
  RejectPhase: { executionId: ExecutionId, phaseId: PhaseId, reason },
};

const events = {
  /** The execution runs the template as of `templateVersion`, however the template changes afterwards. */
  ExecutionStarted: {
    ...inExecution,
    workflowName: z.string(),
    /** The version of the template's stream. Absent in events of older builds, whose phases are whole. */
    templateVersion: z.int().min(1).optional(),
    /** The request's override of the phases' providers. */
    provider: z.enum(PROVIDERS).optional(),
    /** Includes declared defaults, and not the task. Events of older builds hold it here as well. */
    inputs: z.record(z.string(), z.string()),
    task: z.string().optional(),
    repos: z.array(z.string()),
    repositoryRef: z.string().optional(),
    /** The workflow's limits and the request's; absent without a budget. */
    budget: Budget.optional(),
    phases: z.array(RecordedPhase),
    interruptionRetries: Retries.optional(),
    /** Present for a rerun. */
    rerunOf: RerunOf.optional(),
    /** Present for a fork. */
    forkOf: ForkOf.optional(),
  },
  /** These phases count as completed: they ran in an earlier execution. */
  PhasesTakenOver: { ...inExecution, phases: z.array(TakenOverPhase) },
  /** The phase waits for a runner. Leg n + 1 goes on where leg n was parked. */
  PhaseQueued: { ...inSession, ...needsOfRunner, ...queueing },
  PhaseStarted: {
    ...inSession,
    phaseName: z.string(),
    phaseOrder: z.int(),
    runner: z.string(),
    provider: z.string(),
    model: z.string().optional(),
  },
  PhaseHeld: { ...inSession, yieldPoint: YieldPoint },
  /** The agent of a held phase runs again. */
  PhaseResumed: inSession,
  PhaseParked: { ...inSession, ...recordedParking },
  /** A `human_in_loop` phase whose agent is done waits for a person. */
  PhaseAwaitingApproval: { ...inSession, ...recordedEnd },
  PhaseCompleted: { ...inSession, ...recordedEnd },
  PhaseFailed: {
    ...inSession,
    ...recordedEnd,
    ...recordedFailure,
    /** The back-off before the next attempt; absent when there is none. */
    retryInSeconds: z.number().optional(),
  },
  /** The back-off of a failed attempt has passed during a pause: this next attempt waits for the resume. */
  PhaseRetryDue: { ...inPhase, attempt: z.int() },
  /** The phase was ended by a cancellation, or because a parallel phase failed for good. */
  PhaseStopped: {
    ...inSession,
    ...recordedEnd,
    /** What was wrong with the attempt besides, if anything. */
    error: z.string().optional(),
  },
  /** A message waits for the agents of these phases. */
  MessageRequested: {
    ...inExecution,
    messageId: MessageId,
    role: MessageRole,
    message: z.string(),
    phaseIds: z.array(PhaseId),
  },
  MessageDelivered: { ...inSession, messageId: MessageId },
  /** The phase or its execution has ended before an agent of it took the message. */
  MessageUndeliverable: { ...inPhase, messageId: MessageId },
  /** `until`: the execution resumes by itself then, unless people resume or pause it before. */
  ExecutionPauseRequested: { ...inExecution, reason, ...limitedPause },
  ExecutionPaused: { ...inExecution, yieldPoint: YieldPoint, phaseId: PhaseId.optional(), ...limitedPause },
  ExecutionResumed: inExecution,
  ExecutionCancelRequested: { ...inExecution, reason },
  ExecutionCancelled: { ...inExecution, ...summary, reason },
  /** A limit was exceeded. A requested pause or cancellation follows, as `onExceeded` says. */
  BudgetExceeded: { ...inExecution, ...exceeded, onExceeded: OnExceeded },
  /** The limits that hold from now on, and those before. */
  BudgetChanged: { ...inExecution, budget: Budget, before: Budget },
  ExecutionInterruptRequested: { ...inExecution, reason },
  ExecutionInterrupted: {
    ...inSession,
    ...summary,
    why: InterruptReason,
    /** Every session that ends with it, including parallel phases. */
    sessions: z.array(sessionLeg),
    /** The sessions whose workspaces are parked: a retry goes on with them. Absent when there are none. */
    parked: z.array(sessionLeg).optional(),
    reason,
    /** The back-off before the automatic retry; absent when none follows. */
    retryInSeconds: z.number().optional(),
  },
  ExecutionRetried: {
    ...inExecution,
    phaseIds: z.array(PhaseId),
    /** The number of this automatic retry, from 1; absent when it was requested. */
    automaticRetry: z.int().optional(),
  },
  ExecutionCompleted: { ...inExecution, ...summary },
  ExecutionFailed: { ...inPhase, ...summary, ...recordedFailure },
};

/** One run of a workflow. */
export const workflowExecution = contract('orchestration', 'execution', {
  key: 'executionId',
  commands,
  events,
  refusals,
});

export type ExecutionCommands = CommandsOf<typeof workflowExecution>;
export type ExecutionEvents = EventsOf<typeof workflowExecution>;
export type ExecutionEvent = EventOf<typeof workflowExecution>;
