export { sessionWireEvents } from './session.wire';
export { sessionProjection, type ListedSession, type SessionRow } from './session.projection';
