import { sessionProjection } from './session.projection';

export { sessionProjection, type SessionRow } from './session.projection';

export const agentSessions = [sessionProjection];
