import { NO_USAGE, type KeptSession, type ProducedFile, type SessionId, type Usage } from '@syntropic/kernel';
import type { Checkpoint, RecordedPhase, TakenOverPhase } from '@syntropic/orchestration/contracts';

/**
 * `queued`: waits for a runner. `held`: its agent is frozen at a yield point. `parked`: its agent was ended, its workspace kept.
 * `failed`: another attempt follows after its back-off. `due`: the back-off is over, and a pause keeps the attempt from being
 * queued. `stopped`: ended because the execution ends. `interrupted`: its runner was lost, or none came in time.
 */
export type PhaseStatus =
  | 'pending'
  | 'queued'
  | 'running'
  | 'held'
  | 'parked'
  | 'awaiting_approval'
  | 'completed'
  | 'failed'
  | 'due'
  | 'stopped'
  | 'interrupted';

export type PhaseState = Readonly<{
  definition: RecordedPhase;
  status: PhaseStatus;
  attempt: number;
  leg: number;
  sessionId?: SessionId;
  /** The runner that keeps its workspace. */
  runner?: string;
  /** The latest parked leg of its session as an object; absent when there is none. */
  checkpoint?: Checkpoint | undefined;
  /** Usage and artifacts of the attempt, set when a leg is parked and when the attempt ends. */
  usage: Usage;
  artifacts: readonly ProducedFile[];
  /** The archive of its newest session that was kept, or the reason why there is none. */
  kept?: KeptSession | undefined;
  /** The phase was held when the execution was resumed, and its agent has not reported that it runs again. */
  isResuming?: boolean | undefined;
  /** The phase was completed in an earlier execution, which has its artifacts. */
  takenOver?: TakenOverPhase;
}>;

/** A phase that was queued at least once. */
export type PhaseWithSession = PhaseState & Required<Pick<PhaseState, 'sessionId'>>;

/** A phase that has not begun. */
export const pending = (definition: RecordedPhase): PhaseState => ({
  definition,
  status: 'pending',
  attempt: 0,
  leg: 0,
  usage: NO_USAGE,
  artifacts: [],
});

/** A runner has the phase, or it waits for one; not for a person, a retry or an earlier phase. */
export const isActive = ({ status }: PhaseState): boolean =>
  status === 'queued' || status === 'running' || status === 'held' || status === 'parked';

/** Another attempt follows, now or after its back-off. */
export const isRetried = ({ status }: PhaseState): boolean => status === 'failed' || status === 'due';

export const hasSession = (phase: PhaseState): phase is PhaseWithSession => phase.sessionId !== undefined;

/** The phase has an agent process. */
export const isLive = ({ status }: PhaseState): boolean => status === 'running' || status === 'held';
