import {
  agentSession,
  type SessionCommands,
  type SessionEvent,
  type SessionEvents,
} from '@syntropic/agent-sessions/contracts';
import { aggregate, costsOf, isUnaccounted, refusing, withCosts, type Usage, type UsageCosts } from '@syntropic/kernel';

/** One conversation with one agent: an attempt of a phase. */
export type AgentSession =
  | { readonly status: 'unknown' }
  | { readonly status: 'running'; readonly started: SessionEvents['SessionStarted']['data'] }
  | { readonly status: 'completed'; readonly place: Place; readonly usage: Usage };

type Place = Pick<SessionEvents['SessionCompleted']['data'], 'executionId' | 'workflowId' | 'phaseId'>;

type Decision = readonly SessionEvent[];

const refuse = refusing(agentSession);

/** A parked session starts again with its next leg, which is the same conversation. */
export function startSession(session: AgentSession, data: SessionCommands['StartSession']): Decision {
  if (session.status === 'running') return [];
  if (session.status === 'completed') throw refuse('already_completed', 'it has ended');

  return [{ type: 'SessionStarted', data }];
}

/** The first report of a session's end counts; later ones change nothing. */
export function completeSession(session: AgentSession, data: SessionCommands['CompleteSession']): Decision {
  if (session.status === 'unknown') throw refuse('not_found', 'no such session');
  if (session.status === 'completed') return [];

  const { workflowId, phaseId } = session.started;
  return [{ type: 'SessionCompleted', data: { ...data, workflowId, phaseId } }];
}

/** The costs that follow from a price table replace the recorded ones. An account that was never made stays with telemetry. */
export function repriceSession(session: AgentSession, data: SessionCommands['RepriceSession']): Decision {
  if (session.status === 'unknown') throw refuse('not_found', 'no such session');
  if (session.status === 'running') throw refuse('not_completed', 'it has not ended');
  const { place, usage } = session;
  if (isUnaccounted(usage)) return [];
  if (!haveSameTokens(usage, data.usage))
    throw refuse('other_usage', 'its recorded tokens are other than those priced');

  const [before, after] = [costsOf(usage), costsOf(data.usage)];
  if (areSame(before, after)) return [];
  const { sessionId, priceTable } = data;
  return [{ type: 'SessionRepriced', data: { sessionId, ...place, priceTable, before, after } }];
}

const haveSameTokens = ({ byModel: one }: Models, { byModel: other }: Models): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([model, counts]) => {
    const found = Object.hasOwn(other, model) ? other[model] : undefined;
    return found !== undefined && TOKENS.every((count) => found[count] === counts[count]);
  });

const TOKENS = ['inputTokens', 'outputTokens', 'cacheCreationTokens', 'cacheReadTokens'] as const;

type Models = Pick<Usage, 'byModel'>;

/** Of the same models. */
const areSame = (one: UsageCosts, other: UsageCosts): boolean =>
  one.costUsd === other.costUsd &&
  one.costComplete === other.costComplete &&
  Object.entries(one.byModel).every(
    ([model, cost]) => Object.hasOwn(other.byModel, model) && other.byModel[model] === cost,
  );

function evolve(session: AgentSession, event: SessionEvent): AgentSession {
  switch (event.type) {
    case 'SessionStarted':
      return { status: 'running', started: event.data };
    case 'SessionCompleted': {
      const { executionId, workflowId, phaseId, usage } = event.data;
      return { status: 'completed', place: { executionId, workflowId, phaseId }, usage };
    }
    case 'SessionRepriced':
      if (session.status !== 'completed') throw new Error('a session has no costs before its end');
      return { ...session, usage: withCosts(session.usage, event.data.after) };
  }
}

export const AgentSession = aggregate(agentSession, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { startSession, completeSession, repriceSession },
});
