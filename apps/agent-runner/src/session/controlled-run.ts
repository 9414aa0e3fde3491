import type { SessionRun } from './session-run';

/** The part of a leg that is paused and ended from outside: its agent, or before it the commands of a set-up. */
export type ControlledRun = Pick<
  SessionRun,
  'canResume' | 'requestPause' | 'resume' | 'suspend' | 'unsuspend' | 'cancel' | 'park' | 'abandon'
>;
