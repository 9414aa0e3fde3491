import { CompleteSession, StartSession } from './agent-session.commands';

/** Every command this context takes, by its name on the wire. */
export const agentSessionsCommands = { StartSession, CompleteSession };
