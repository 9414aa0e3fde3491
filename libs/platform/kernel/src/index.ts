export {
  aggregate,
  byHandler,
  DecidedByHandler,
  replay,
  view,
  type Aggregate,
  type Aggregates,
  type AnyAggregate,
  type AnyView,
  type Loaded,
  type Reservation,
  type View,
} from './aggregate';
export type { AddressedCommand, Command, CommandContext, Lease } from './command';
export {
  contract,
  refusing,
  type AnyContract,
  type CommandsOf,
  type EventOf,
  type EventsOf,
  type RuleOf,
} from './contract';
export { derivedIdOf, derivedUuid, eventIdOf, executionIdOf } from './derived-id';
export { DomainError, isMalformed, type Refusal, type RefusalDetails } from './domain-error';
export type { Actor, Event, EventOfType, Metadata, Recorded } from './event';
export * from './ids';
export type { Immutable } from './immutable';
export { jsonBytes } from './json-bytes';
export {
  answered,
  byLeaseHolder,
  byPlatform,
  commands,
  Done,
  Outcome,
  type AnswerOf,
  type CommandMessage,
  type EventMessage,
  type DataOf,
  type InputOf,
  type ReplyOf,
  type Sender,
} from './message';
export { OutputMapping, type OutputRule } from './output-mapping';
export { withoutHostPaths } from './outward-text';
export { KeptSession, RecordedKeptSession } from './kept-session';
export { MAX_FILES, ProducedFile, RecordedFile } from './produced-file';
export { redactSecrets } from './secret-shapes';
export { LineRedactor } from './line-redactor';
export { commentText, ERROR_BYTES, errorText, isStorable, nameText, shortText, storableText } from './storable-text';
export { RepoFullName, RepoProvider, repositoryKey } from './repository-name';
export { triggersOfRepository, triggersOfWorkflow } from './shared-scopes';
export { ErrorText, Location, MAX_REPOS, ShortName } from './texts';
export { addUsd, leastUsd, perMillion, SignedUsd, subtractUsd, Usd, usdOf } from './usd';
export {
  addBoundedUsd,
  addCosts,
  addCounts,
  addModelUsage,
  addUsage,
  boundedUsage,
  costsOf,
  isUnaccounted,
  MAX_COUNT,
  MAX_MODELS,
  MAX_USD,
  ModelUsage,
  NO_USAGE,
  OTHER_MODELS,
  ReportedModelUsage,
  ReportedUsage,
  tokensOf,
  UNKNOWN_USAGE,
  Usage,
  UsageCosts,
  usageOfModels,
  withCosts,
} from './usage';
export { addToSum, incompleteSum, NO_USAGE_SUM, repriceInSum, type UsageSum } from './usage-sum';
