export { phaseTotalProjection, type PhaseTotalRow } from './phase-total.projection';
export { sessionWireEvents } from './session.wire';
export { sessionProjection, type ListedSession, type SessionRow } from './session.projection';
