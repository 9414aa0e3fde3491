export { sessionWireEvents } from './session.wire';
export { sessionProjection, type SessionRow } from './session.projection';
