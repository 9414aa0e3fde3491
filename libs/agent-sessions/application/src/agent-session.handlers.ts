import { AgentSession, completeSession, startSession } from '@syntropic/agent-sessions/domain';
import { CompleteSession, StartSession } from '@syntropic/agent-sessions/contracts';
import { handles } from '@syntropic/event-store';

const session = ({ sessionId }: Readonly<{ sessionId: string }>) => sessionId;

/** Command, aggregate, which one, decision. */
export const agentSessionHandlers = [
  handles(StartSession, AgentSession, session, startSession),
  handles(CompleteSession, AgentSession, session, completeSession),
];
