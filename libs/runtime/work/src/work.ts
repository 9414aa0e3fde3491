/** The requested state of a session. `park`: paused without a slot. */
export type Control = 'run' | 'pause' | 'park' | 'interrupt' | 'cancel';

/** A session for a runner. */
export type NewWork = Readonly<{
  sessionId: string;
  executionId: string;
  workflowId: string;
  phaseId: string;
  attempt: number;
  /** Counts from 1; each time the session is queued again begins the next leg, and requests of an earlier one are ignored. */
  leg: number;
  backend: string;
  provider: string;
  /** The names of the secrets that its runner needs; absent: none. */
  secrets?: readonly string[] | undefined;
  /** The runner that has the session's workspace on its disk: only this one can resume it, unless there is a checkpoint. */
  parkedOn?: string | undefined;
  hasCheckpoint?: boolean | undefined;
}>;

/** The current row of a piece of work; (sessionId, token) identifies one lease. */
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
  /** The runner that holds it, or held it last. */
  runner: string | null;
  control: Control;
}>;

export type WorkState = 'queued' | 'leased' | 'parked' | 'lost' | 'closed';

/** A runner's capabilities: the providers it runs, and the backends it isolates them with. */
export type Capabilities = Readonly<{ runner: string; backends: readonly string[]; providers: readonly string[] }>;

/** An agent's program on a runner's machine. */
export type FoundAgent = Readonly<{ version: string } | { missing: string }>;

/** The limits that a runner can hold in a kind of workspace, by the names of authors. */
export type HeldLimits = Readonly<{
  unheld: readonly string[];
  most: Readonly<Partial<Record<string, number>>>;
}>;

/** The columns of a `Work`, for `select` and `returning`. */
export const WORK_COLUMNS = `
  w.session_id as "sessionId", w.execution_id as "executionId", w.workflow_id as "workflowId", w.phase_id as "phaseId",
  w.attempt, w.leg, w.backend, w.provider, w.token, w.runner, w.control`;
