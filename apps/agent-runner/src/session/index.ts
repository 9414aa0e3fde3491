export { MAX_ARTIFACTS, type CollectedArtifacts } from './artifacts';
export type { FinishedLeg } from './finished-leg';
export type { Graces, LegEnd } from './graceful-kill';
export { renderPrompt } from './prompt';
export type { SessionRun } from './session-run';
export { Spool, type SpoolLine } from './spool';
export { startSession } from './start-session';
export type { InputFile } from './workspace-setup';
