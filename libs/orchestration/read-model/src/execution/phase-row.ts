import { NO_USAGE, type Usage } from '@syntropic/kernel';
import { MAX_ARTIFACT_IDS, type RecordedPhase, type TakenOverPhase } from '@syntropic/orchestration/contracts';

/** A phase of an execution, by its newest attempt. */
export type PhaseRow = Readonly<{
  phaseId: string;
  name: string;
  order: number;
  status:
    'pending' | 'queued' | 'running' | 'paused' | 'waiting' | 'completed' | 'failed' | 'cancelled' | 'interrupted';
  attempt: number;
  sessionId: string | null;
  /** The first files of the attempt, ordered by path. */
  artifactIds: readonly string[];
  provider: string;
  model: string | null;
  usage: Usage;
  startedAt: string | null;
  completedAt: string | null;
  errorMessage: string | null;
  /** Present for a phase that ran in an earlier execution. */
  takenOver?: Pick<TakenOverPhase, 'executionId' | 'artifactId' | 'used'>;
}>;

export const pendingPhase = ({ phaseId, name, order, agent, model }: RecordedPhase): PhaseRow => ({
  phaseId,
  name,
  order,
  status: 'pending',
  ...attemptOf(null, 0),
  provider: agent.provider,
  model: model ?? null,
});

/** An attempt without results yet. */
export const attemptOf = (sessionId: string | null, attempt: number) => ({
  attempt,
  sessionId,
  artifactIds: [],
  usage: NO_USAGE,
  startedAt: null,
  completedAt: null,
  errorMessage: null,
});

/** A phase that was completed by a session of another execution: its usage is not this execution's. */
export const takenOverPhase = (phase: TakenOverPhase): Partial<PhaseRow> => ({
  ...attemptOf(phase.sessionId, phase.attempt),
  status: 'completed',
  takenOver: { executionId: phase.executionId, artifactId: phase.artifactId, used: phase.used },
});

export const withPhase = (
  phases: readonly PhaseRow[],
  phaseId: string,
  change: Partial<PhaseRow>,
): readonly PhaseRow[] => phases.map((phase) => (phase.phaseId === phaseId ? { ...phase, ...change } : phase));

/** It waits for a runner or a person, or has one. */
export const isOpen = ({ status }: PhaseRow): boolean =>
  status === 'queued' || status === 'running' || status === 'paused' || status === 'waiting';

/** The usage of its newest attempt is part of the sum of its execution. */
export const isSettled = ({ status }: PhaseRow): boolean =>
  status === 'waiting' || status === 'completed' || status === 'failed' || status === 'cancelled';

export const running = (phase: PhaseRow): PhaseRow =>
  phase.status === 'paused' ? { ...phase, status: 'running' } : phase;

export const interrupted =
  (sessions: readonly Readonly<{ sessionId: string }>[]) =>
  (phase: PhaseRow): PhaseRow =>
    sessions.some(({ sessionId }) => sessionId === phase.sessionId) ? { ...phase, status: 'interrupted' } : phase;

/** Each phase names its first file, and all together at most as many as the answer to a query shows. */
export function shownArtifactIds(
  phases: readonly PhaseRow[],
  phaseId: string,
  artifacts: readonly Readonly<{ artifactId: string }>[],
): readonly string[] {
  const others = phases.filter((phase) => phase.phaseId !== phaseId);
  const named = others.reduce((sum, phase) => sum + phase.artifactIds.length, 0);
  return artifacts.slice(0, Math.max(1, MAX_ARTIFACT_IDS - named)).map(({ artifactId }) => artifactId);
}
