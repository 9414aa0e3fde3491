import {
  agentSession,
  type SessionCommands,
  type SessionEvent,
  type SessionEvents,
} from '@syntropic/agent-sessions/contracts';
import { aggregate, refusing } from '@syntropic/kernel';

/** One conversation with one agent: an attempt of a phase. */
export type AgentSession =
  | { readonly status: 'unknown' }
  | { readonly status: 'running'; readonly started: SessionEvents['SessionStarted']['data'] }
  | { readonly status: 'completed' };

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

function evolve(_: AgentSession, event: SessionEvent): AgentSession {
  switch (event.type) {
    case 'SessionStarted':
      return { status: 'running', started: event.data };
    case 'SessionCompleted':
      return { status: 'completed' };
  }
}

export const AgentSession = aggregate(agentSession, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { startSession, completeSession },
});
