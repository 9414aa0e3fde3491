export { AgentSession, completeSession, startSession } from './agent-session';
