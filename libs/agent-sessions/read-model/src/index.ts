import { sessionProjection } from './session.projection';

export { sessionWireEvents } from './session.wire';
export { sessionProjection, type SessionRow } from './session.projection';

export const agentSessions = [sessionProjection];
