export { announceOver, type CheckpointAnnouncement } from './announcement';
export { projectionCommands, ProjectionOperator } from './operator';
export { formatPosition, parsePosition, ReadModelBehind, type LogPosition } from './position';
export { projection, type Projection } from './projection';
export { ProjectionRunner } from './projection-runner';
export { projectionStates, type ProjectionState } from './projection-states';
export { ReadModels } from './read-models';
export { createRedis, RowCache } from './row-cache';
export { usageColumns, usageRow } from './usage-columns';
