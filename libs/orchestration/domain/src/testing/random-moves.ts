import type { ExecutionId, SessionId, Usage } from '@syntropic/kernel';
import { type ExecutionEvent, workflowExecution } from '@syntropic/orchestration/contracts';
import { changeBudget, exceedBudget } from '../workflow-execution/budget';
import { interruptExecution, interruptPhase, retryInterruption } from '../workflow-execution/interruptions';
import { reportLimit, resumeAfterLimit } from '../workflow-execution/limits';
import { deliverMessage, injectMessage } from '../workflow-execution/messages';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from '../workflow-execution/user-requests';
import {
  approvePhase,
  completePhase,
  failPhase,
  holdPhase,
  parkPhase,
  rejectPhase,
  requeuePhase,
  resumePhase,
  startPhase,
  stopPhase,
} from '../workflow-execution/phases';
import type { PhaseState, PhaseStatus } from '../workflow-execution/phase-state';
import type { WorkflowExecution } from '../workflow-execution/workflow-execution';

const {
  PauseExecution,
  CancelExecution,
  DeliverMessage,
  InjectMessage,
  StartPhase,
  HoldPhase,
  ResumePhase,
  ParkPhase,
  CompletePhase,
  FailPhase,
  StopPhase,
  InterruptExecution,
  ReportLimit,
  InterruptPhase,
  RequeuePhase,
  ApprovePhase,
  RejectPhase,
  ChangeBudget,
  ExceedBudget,
  RetryInterruption,
} = workflowExecution.commands;

export type Decide = (state: WorkflowExecution) => readonly ExecutionEvent[];

type About = Readonly<{
  executionId: ExecutionId;
  phase: PhaseState;
  sessionId: SessionId;
  usage: Usage;
  /** Of one of eight. */
  messageId: string;
}>;

export type Move = Readonly<{
  /** The phase statuses in which this move is accepted. */
  suits?: readonly PhaseStatus[];
  /** Sent with a session's id. */
  bySession: boolean;
  weight: number;
  decide: (about: About) => Decide;
}>;

const live: readonly PhaseStatus[] = ['running', 'held'];

const ids = ({ executionId, phase, sessionId }: About) => ({
  executionId,
  phaseId: phase.definition.phaseId,
  sessionId,
});

const ofSession = (weight: number, suits: readonly PhaseStatus[], decide: Move['decide']): Move => ({
  suits,
  bySession: true,
  weight,
  decide,
});
const ofPhase = (suits: readonly PhaseStatus[], decide: Move['decide']): Move => ({
  suits,
  bySession: false,
  weight: 3,
  decide,
});
const ofExecution = (weight: number, decide: Move['decide']): Move => ({ bySession: false, weight, decide });

/** Everything that can be tried with an execution, with its weight among random steps. */
export const MOVES = {
  start: ofSession(8, ['queued'], (about) => {
    const command = StartPhase.schema.parse({ ...ids(about), runner: 'runner-1', leg: Math.max(about.phase.leg, 1) });
    return (state) => startPhase(state, command);
  }),
  hold: ofSession(4, ['running'], (about) => {
    const command = HoldPhase.schema.parse({ ...ids(about), yieldPoint: 'after_tool' });
    return (state) => holdPhase(state, command);
  }),
  thaw: ofSession(3, ['running'], (about) => {
    const command = ResumePhase.schema.parse(ids(about));
    return (state) => resumePhase(state, command);
  }),
  park: ofSession(3, live, (about) => {
    const command = ParkPhase.schema.parse({
      ...ids(about),
      runner: 'runner-1',
      why: 'hold_expired',
      usage: about.usage,
    });
    return (state) => parkPhase(state, command);
  }),
  complete: ofSession(8, live, (about) => {
    const command = CompletePhase.schema.parse({ ...ids(about), usage: about.usage });
    return (state) => completePhase(state, command);
  }),
  fail: ofSession(3, live, (about) => {
    const command = FailPhase.schema.parse({
      ...ids(about),
      usage: about.usage,
      error: 'exit 1',
      errorType: 'agent_failed',
    });
    return (state) => failPhase(state, command);
  }),
  stop: ofSession(3, live, (about) => {
    const command = StopPhase.schema.parse({ ...ids(about), usage: about.usage });
    return (state) => stopPhase(state, command);
  }),
  interrupt: ofSession(1, ['queued', ...live], (about) => {
    const command = InterruptPhase.schema.parse({ ...ids(about), why: 'lease_lost' });
    return (state) => interruptPhase(state, command);
  }),
  requeue: ofPhase(['failed'], ({ executionId, phase }) => {
    const { phaseId } = phase.definition;
    const command = RequeuePhase.schema.parse({ executionId, phaseId, attempt: Math.max(phase.attempt, 1) + 1 });
    return (state) => requeuePhase(state, command);
  }),
  approve: ofPhase(['awaiting_approval'], ({ executionId, phase }) => {
    const command = ApprovePhase.schema.parse({ executionId, phaseId: phase.definition.phaseId });
    return (state) => approvePhase(state, command);
  }),
  reject: ofPhase(['awaiting_approval'], ({ executionId, phase }) => {
    const command = RejectPhase.schema.parse({
      executionId,
      phaseId: phase.definition.phaseId,
      reason: 'not good enough',
    });
    return (state) => rejectPhase(state, command);
  }),
  pause: ofExecution(2, ({ executionId }) => {
    const command = PauseExecution.schema.parse({ executionId });
    return (state) => pauseExecution(state, command);
  }),
  interruptExecution: ofExecution(2, ({ executionId }) => {
    const command = InterruptExecution.schema.parse({ executionId });
    return (state) => interruptExecution(state, command);
  }),
  reportLimit: ofSession(3, ['running'], (about) => {
    const command = ReportLimit.schema.parse({ ...ids(about), provider: 'anthropic', resetsInSeconds: 60 });
    return (state) => reportLimit(state, command, 0);
  }),
  resumeAfterLimit: ofExecution(3, ({ executionId }) => (state) => {
    const until = ('limitedUntil' in state && state.limitedUntil) || '2026-01-01T00:00:00.000Z';
    return resumeAfterLimit(state, { executionId, until });
  }),
  resume: ofExecution(3, () => resumeExecution),
  cancel: ofExecution(1, ({ executionId }) => {
    const command = CancelExecution.schema.parse({ executionId });
    return (state) => cancelExecution(state, command);
  }),
  inject: ofExecution(2, ({ executionId, messageId }) => {
    const command = InjectMessage.schema.parse({ executionId, messageId, role: 'user', message: 'Hear' });
    return (state) => injectMessage(state, command);
  }),
  deliver: ofSession(2, live, (about) => {
    const command = DeliverMessage.schema.parse({ ...ids(about), messageId: about.messageId });
    return (state) => deliverMessage(state, command);
  }),
  retry: ofExecution(2, () => retryExecution),
  retryInterruption: ofPhase(['interrupted'], ({ executionId, sessionId }) => {
    const command = RetryInterruption.schema.parse({ executionId, sessionId });
    return (state) => retryInterruption(state, command);
  }),
  exceed: ofExecution(1, ({ executionId, usage }) => (state) => {
    const { kind, limit } = ('phases' in state && state.budget[0]) || { kind: 'usd', limit: '1' };
    const cause = usage.durationMs % 2 ? 'spent' : 'reserved';
    return exceedBudget(
      state,
      ExceedBudget.schema.parse({ executionId, kind, limit, spent: limit, reserved: '0', cause }),
    );
  }),
  changeBudget: ofExecution(2, ({ executionId, usage }) => {
    const limits = [{ kind: 'usd', limit: String(usage.durationMs + 1) }];
    const command = ChangeBudget.schema.parse({ executionId, limits });
    return (state) => changeBudget(state, command, { usd: '1', tokens: '0', wall_seconds: '0' });
  }),
} satisfies Readonly<Record<string, Move>>;
