import { NO_USAGE, SessionId, type ExecutionId, type Usage } from '@syntropic/kernel';
import { type ExecutionEvent, workflowExecution } from '@syntropic/orchestration/contracts';
import fc from 'fast-check';
import { changeBudget, exceedBudget } from '../workflow-execution/budget';
import { deliverMessage, injectMessage } from '../workflow-execution/messages';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from '../workflow-execution/user-requests';
import {
  approvePhase,
  completePhase,
  failPhase,
  holdPhase,
  interruptPhase,
  parkPhase,
  rejectPhase,
  requeuePhase,
  resumePhase,
  retryInterruption,
  startPhase,
  stopPhase,
} from '../workflow-execution/phases';
import type {
  PhaseState,
  PhaseStatus,
  UnderwayExecution,
  WorkflowExecution,
} from '../workflow-execution/workflow-execution';

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
  InterruptPhase,
  RequeuePhase,
  ApprovePhase,
  RejectPhase,
  ChangeBudget,
  ExceedBudget,
  RetryInterruption,
} = workflowExecution.commands;

type Decide = (state: WorkflowExecution) => readonly ExecutionEvent[];

type About = Readonly<{
  executionId: ExecutionId;
  phase: PhaseState;
  sessionId: SessionId;
  usage: Usage;
  /** Of one of eight. */
  messageId: string;
}>;

type Move = Readonly<{
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

const MOVES = {
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
    const failure = { usage: about.usage, error: 'exit 1', errorType: 'agent_failed' };
    const command = FailPhase.schema.parse({ ...ids(about), ...failure });
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
    const { phaseId } = phase.definition;
    const command = RejectPhase.schema.parse({ executionId, phaseId, reason: 'too long' });
    return (state) => rejectPhase(state, command);
  }),
  pause: ofExecution(2, ({ executionId }) => {
    const command = PauseExecution.schema.parse({ executionId });
    return (state) => pauseExecution(state, command);
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

type MoveName = keyof typeof MOVES;
const NAMES = Object.keys(MOVES) as MoveName[];

/** A random command, made concrete by the state of the execution at that moment. */
export type Step = Readonly<{
  move: MoveName;
  /** Index of the phase: among those that accept the move when `aimed`, else among all. */
  pick: number;
  aimed: boolean;
  session: 'its own' | 'the one before' | 'a foreign one';
  tokens: number;
}>;

export const randomSteps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    move: fc.oneof(...NAMES.map((name) => ({ weight: MOVES[name].weight, arbitrary: fc.constant(name) }))),
    pick: fc.nat(20),
    aimed: fc.oneof({ weight: 5, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.constant(false) }),
    session: fc.oneof(
      { weight: 12, arbitrary: fc.constant('its own' as const) },
      { weight: 1, arbitrary: fc.constant('the one before' as const) },
      { weight: 1, arbitrary: fc.constant('a foreign one' as const) },
    ),
    tokens: fc.nat(1_000),
  }),
  { maxLength: 60, size: 'max' },
);

const FOREIGN = SessionId.parse('00000000-0000-4000-8000-000000000000');

type SentCommand = Readonly<{
  decide: Decide;
  phaseId: string;
  /** True when the command carries a session id that is not the phase's current one. */
  isStale: boolean;
}>;

/** @param formerSessions the sessions of this phase, oldest first */
export function commandOf(
  { move, pick, aimed, session, tokens }: Step,
  { phases, started: { executionId } }: Pick<UnderwayExecution, 'phases' | 'started'>,
  formerSessions: (phaseId: string) => readonly SessionId[],
): SentCommand {
  const { suits, bySession, decide }: Move = MOVES[move];
  const suitable = aimed && suits ? phases.filter(({ status }) => suits.includes(status)) : phases;
  const among = suitable.length > 0 ? suitable : phases;
  const phase = among[pick % among.length];
  if (!phase) throw new Error('an execution has phases');

  const own = phase.sessionId ?? FOREIGN;
  const before = formerSessions(phase.definition.phaseId).findLast((id) => id !== own) ?? FOREIGN;
  const sessionId = session === 'its own' ? own : session === 'the one before' ? before : FOREIGN;
  return {
    decide: decide({ executionId, phase, sessionId, usage: usageOf(tokens), messageId: messageIdOf(tokens) }),
    phaseId: phase.definition.phaseId,
    isStale: bySession && sessionId !== phase.sessionId,
  };
}

const messageIdOf = (tokens: number) => `00000000-0000-4000-8000-00000000000${tokens % 8}`;

function usageOf(tokens: number): Usage {
  const costUsd = (tokens / 1_000).toString();
  const model = { inputTokens: tokens, outputTokens: 1, cacheCreationTokens: 0, cacheReadTokens: 0, costUsd };
  return { ...NO_USAGE, byModel: { 'model-1': model }, costUsd, toolCalls: 1, turns: 1, durationMs: tokens };
}
