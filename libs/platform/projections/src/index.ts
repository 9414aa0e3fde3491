export { announceOver, type CheckpointAnnouncement } from './announcement';
export { ParkEvent, projectionCommands, ProjectionOperator, RetryProjection } from './operator';
export { formatPosition, parsePosition, ReadModelBehind, type LogPosition } from './position';
export { projection, type Immutable, type Projection } from './projection';
export { ProjectionRunner } from './projection-runner';
export { projectionParts, projectionStates, type ProjectionState } from './projection-states';
export { ReadModels } from './read-models';
export { createRedis, RowCache } from './row-cache';
export { usageColumns, usageRow } from './usage-columns';
