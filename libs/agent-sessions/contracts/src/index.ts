export { CompleteSession, StartSession } from './agent-session.commands';
export {
  agentSessionEvents,
  type AgentSessionEvent,
  type SessionCompleted,
  type SessionStarted,
} from './agent-session.events';
export { agentSessionsCommands } from './agent-sessions.commands';
