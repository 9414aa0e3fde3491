export { agentSession, type SessionCommands, type SessionEvent, type SessionEvents } from './agent-session.contract';
export { quarantineCommands } from './quarantine.contract';
