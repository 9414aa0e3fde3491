export { AgentSessionsModule } from './agent-sessions.module';
export { closeSessions } from './processes/close-sessions.process';
