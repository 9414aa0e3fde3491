import { AgentSession } from '@syntropic/agent-sessions/domain';
import { context } from '@syntropic/context';
import { closeSessions } from './processes/close-sessions.process';

export const agentSessions = context({ aggregates: [AgentSession], processes: [closeSessions] });
