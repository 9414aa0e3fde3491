import { sessionProjection } from '@syntropic/agent-sessions/read-model';

export const SESSION = { projection: sessionProjection, noun: 'Session', missing: 'session.not_found' } as const;
