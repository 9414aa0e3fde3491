export { MOST_ARTIFACTS, type Collected } from './artifacts';
export type { Graces, LegEnd } from './ending';
export { startSession, type Finished, type SessionRun, type SessionSpec } from './session-run';
export { Spool, type SpoolLine } from './spool';
export type { InputFile } from './staging';
