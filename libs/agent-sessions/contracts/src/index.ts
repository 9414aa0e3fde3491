export { CompleteSession, StartSession } from './agent-session.commands';
export type { AgentSessionEvent, SessionCompleted, SessionStarted } from './agent-session.events';
export { agentSessionsCommands } from './agent-sessions.commands';
