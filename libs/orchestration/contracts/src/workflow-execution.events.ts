import {
  eventTypes,
  type ArtifactId,
  type Event,
  type ExecutionId,
  type PhaseId,
  type SessionId,
  type Usage,
  type WorkflowId,
} from '@syntropic/kernel';
import type { AgentConfiguration } from './agent-configuration';
import type { ArtifactRef } from './workflow-execution.commands';
import type { PhaseDefinition } from './workflow-definition';

/** A phase as this execution runs it: the template's, with its agent decided. */
export type ExecutablePhase = Readonly<Omit<PhaseDefinition, 'agent'> & { agent: AgentConfiguration }>;

export type YieldPoint = 'before_phase' | 'after_tool' | 'after_model' | 'between_lines';

type InExecution = { executionId: ExecutionId; workflowId: WorkflowId };
type InPhase = InExecution & { phaseId: PhaseId };
/** Each attempt of a phase is a session; a session that was parked goes on with its next leg. */
type InSession = InPhase & { sessionId: SessionId; attempt: number; leg: number };
type Summary = {
  usage: Usage;
  completedPhases: number;
  totalPhases: number;
  artifactIds: readonly ArtifactId[];
};

/** The execution keeps what the template said at this moment; nothing is looked up later. */
export type ExecutionStarted = Event<
  'ExecutionStarted',
  InExecution & {
    workflowName: string;
    /** Declared defaults included. */
    inputs: Readonly<Record<string, string>>;
    task?: string | undefined;
    repos: readonly string[];
    repositoryRef?: string | undefined;
    phases: readonly ExecutablePhase[];
  }
>;

/** The phase waits for a runner. Leg n + 1 goes on where leg n was parked. */
export type PhaseQueued = Event<
  'PhaseQueued',
  InSession & { provider: string; isolation: string; parkedOn?: string | undefined }
>;

export type PhaseStarted = Event<
  'PhaseStarted',
  InSession & {
    phaseName: string;
    phaseOrder: number;
    runner: string;
    provider: string;
    model?: string | undefined;
  }
>;

export type PhaseHeld = Event<'PhaseHeld', InSession & { yieldPoint: YieldPoint }>;
export type PhaseParked = Event<
  'PhaseParked',
  InSession & { runner: string; why: 'hold_expired' | 'slot_needed' | 'shutdown' | 'lease_lost'; usage: Usage }
>;

type Settled = InSession & { usage: Usage; artifacts: readonly ArtifactRef[] };

/** A `human_in_loop` phase whose agent is done waits for a person. */
export type PhaseAwaitingApproval = Event<'PhaseAwaitingApproval', Settled>;
export type PhaseCompleted = Event<'PhaseCompleted', Settled>;

export type PhaseFailed = Event<
  'PhaseFailed',
  Settled & {
    error: string;
    errorType: string;
    /** Present when another attempt follows, after so many seconds. */
    retryInSeconds?: number | undefined;
  }
>;

/** The back-off of a failed attempt has passed during a pause: the next one, this one, waits for the execution to go on. */
export type PhaseRetryDue = Event<'PhaseRetryDue', InPhase & { attempt: number }>;

/** The phase was ended by a cancellation, or because a parallel phase failed for good. */
export type PhaseStopped = Event<'PhaseStopped', Settled>;

export type ExecutionPauseRequested = Event<'ExecutionPauseRequested', InExecution & { reason?: string | undefined }>;
export type ExecutionPaused = Event<
  'ExecutionPaused',
  InExecution & { yieldPoint: YieldPoint; phaseId?: PhaseId | undefined }
>;
export type ExecutionResumed = Event<'ExecutionResumed', InExecution>;

export type ExecutionCancelRequested = Event<'ExecutionCancelRequested', InExecution & { reason?: string | undefined }>;
export type ExecutionCancelled = Event<'ExecutionCancelled', InExecution & Summary & { reason?: string | undefined }>;

export type ExecutionInterrupted = Event<
  'ExecutionInterrupted',
  InSession &
    Summary & {
      why: 'lease_lost' | 'queue_timeout' | 'shutdown';
      /** Every session that ends with it: parallel neighbours too. */
      sessions: readonly Readonly<{ sessionId: SessionId; leg: number }>[];
    }
>;
export type ExecutionRetried = Event<'ExecutionRetried', InExecution & { phaseIds: readonly PhaseId[] }>;

export type ExecutionCompleted = Event<'ExecutionCompleted', InExecution & Summary>;
export type ExecutionFailed = Event<'ExecutionFailed', InPhase & Summary & { error: string; errorType: string }>;

export type WorkflowExecutionEvent =
  | ExecutionStarted
  | PhaseQueued
  | PhaseStarted
  | PhaseHeld
  | PhaseParked
  | PhaseAwaitingApproval
  | PhaseCompleted
  | PhaseFailed
  | PhaseRetryDue
  | PhaseStopped
  | ExecutionPauseRequested
  | ExecutionPaused
  | ExecutionResumed
  | ExecutionCancelRequested
  | ExecutionCancelled
  | ExecutionInterrupted
  | ExecutionRetried
  | ExecutionCompleted
  | ExecutionFailed;

export const workflowExecutionEvents = eventTypes<WorkflowExecutionEvent>({
  ExecutionStarted: true,
  PhaseQueued: true,
  PhaseStarted: true,
  PhaseHeld: true,
  PhaseParked: true,
  PhaseAwaitingApproval: true,
  PhaseCompleted: true,
  PhaseFailed: true,
  PhaseRetryDue: true,
  PhaseStopped: true,
  ExecutionPauseRequested: true,
  ExecutionPaused: true,
  ExecutionResumed: true,
  ExecutionCancelRequested: true,
  ExecutionCancelled: true,
  ExecutionInterrupted: true,
  ExecutionRetried: true,
  ExecutionCompleted: true,
  ExecutionFailed: true,
});
