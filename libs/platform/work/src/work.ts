/** What is asked of whoever holds a piece of work. */
export type Control = 'run' | 'pause' | 'cancel';

/** One session to be run by some runner. */
export type NewWork = Readonly<{
  sessionId: string;
  executionId: string;
  workflowId: string;
  phaseId: string;
  attempt: number;
  /** From 1; each time the session is queued again it is the next one, and an earlier one is no longer heard. */
  leg: number;
  backend: string;
  provider: string;
  /** Only this runner can go on: the session's workspace is on its disk. */
  parkedOn?: string | undefined;
}>;

/** Work as its row stands; (sessionId, token) names one holding of it. */
export type Work = Readonly<{
  sessionId: string;
  executionId: string;
  workflowId: string;
  phaseId: string;
  attempt: number;
  leg: number;
  backend: string;
  provider: string;
  token: number;
  /** Who holds it, or held it last. */
  runner: string | null;
  control: Control;
}>;

export type WorkState = 'queued' | 'leased' | 'parked' | 'lost' | 'closed';

/** What a runner offers. */
export type Capabilities = Readonly<{ runner: string; backends: readonly string[]; providers: readonly string[] }>;

/** The columns of a `Work`, for `select` and `returning`. */
export const WORK_COLUMNS = `
  w.session_id as "sessionId", w.execution_id as "executionId", w.workflow_id as "workflowId", w.phase_id as "phaseId",
  w.attempt, w.leg, w.backend, w.provider, w.token, w.runner, w.control`;
