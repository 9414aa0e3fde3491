export { replay, type Aggregate, type Aggregates, type Loaded, type Outcome, type Reservation } from './aggregate';
export { command, type CommandClass, type CommandContext, type Lease } from './command';
export { derivedUuid, eventIdOf, executionIdOf } from './derived-id';
export { DomainError, type Refusal, type RefusalDetails } from './domain-error';
export { eventTypes, type Actor, type Event, type EventOfType, type Metadata, type Recorded } from './event';
export { ArtifactId, ExecutionId, PhaseId, SessionId, WorkflowId, WorkspaceId } from './ids';
export { addUsd, perMillion, Usd, usdOf } from './usd';
export { addUsage, isUnaccounted, ModelUsage, NO_USAGE, tokensOf, Usage } from './usage';
