export type { Collected, CollectedFile } from './artifacts';
export type { Graces, LegEnd } from './ending';
export type { PromptContext } from './prompt';
export type { CloneRules, Repository } from './repositories';
export { startSession, type Finished, type Outcome, type SessionRun, type SessionSpec } from './session-run';
export { Spool, type SpoolLine } from './spool';
export type { InputFile } from './staging';
