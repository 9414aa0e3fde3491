import { NO_USAGE, SessionId, type Usage } from '@syntropic/kernel';
import fc from 'fast-check';
import type { UnderwayExecution } from '../workflow-execution/workflow-execution';
import { MOVES, type Decide, type Move } from './random-moves';

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
