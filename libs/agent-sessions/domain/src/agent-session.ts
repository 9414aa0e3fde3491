import { DomainError, type Aggregate } from '@syntropic/kernel';
import type {
  AgentSessionEvent,
  CompleteSession,
  SessionStarted,
  StartSession,
} from '@syntropic/agent-sessions/contracts';

/** One conversation with one agent: an attempt of a phase. */
export type AgentSession =
  | { readonly status: 'unknown' }
  | { readonly status: 'running'; readonly started: SessionStarted['data'] }
  | { readonly status: 'completed' };

type Decision = readonly AgentSessionEvent[];

/** A session that goes on after it was parked starts a second time: it is the same conversation. */
export function startSession(session: AgentSession, { data }: StartSession): Decision {
  if (session.status === 'running') return [];
  if (session.status === 'completed') throw new DomainError('session.already_completed', 'it has ended');

  return [{ type: 'SessionStarted', data }];
}

/** The first account of a session's end is the one that counts. */
export function completeSession(session: AgentSession, { data }: CompleteSession): Decision {
  if (session.status === 'unknown') throw new DomainError('session.not_found', 'no such session', 'not_found');
  if (session.status === 'completed') return [];

  const { workflowId, phaseId } = session.started;
  return [{ type: 'SessionCompleted', data: { ...data, workflowId, phaseId } }];
}

function evolve(_: AgentSession, event: AgentSessionEvent): AgentSession {
  switch (event.type) {
    case 'SessionStarted':
      return { status: 'running', started: event.data };
    case 'SessionCompleted':
      return { status: 'completed' };
  }
}

export const AgentSession: Aggregate<AgentSession, AgentSessionEvent> = {
  name: 'session',
  context: 'agent-sessions',
  initial: { status: 'unknown' },
  evolve,
};
