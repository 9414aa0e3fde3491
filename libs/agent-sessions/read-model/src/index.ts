export { sessionProjection, type SessionRow } from './session.projection';
