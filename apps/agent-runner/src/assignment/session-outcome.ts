import type { SessionOutcome as ReportedOutcome } from '@syntropic/telemetry';
import {
  ARTIFACT_LIMITS,
  MAX_ENTRIES,
  named,
  type CollectedArtifacts,
  type FinishedLeg,
  type LeftOut,
} from '../session';

export type SessionOutcome = Readonly<{
  status: 'completed' | 'failed' | 'cancelled';
  error?: string;
  errorType?: string;
}>;

type Kept = Pick<CollectedArtifacts, 'isTruncated' | 'tooLarge'> &
  Readonly<{
    /** Collected files that could not be stored. */
    notRecorded: readonly LeftOut[];
  }>;

/** Combines the end of the agent's process, the agent's own report, and the completeness of its artifacts. */
export function sessionOutcome(
  leg: FinishedLeg,
  reported: ReportedOutcome | undefined,
  { notRecorded, ...collected }: Kept,
): SessionOutcome {
  const outcome = outcomeOf(leg, reported, collected);
  if (notRecorded.length === 0) return outcome;

  const loss = `artifacts that could not be stored: ${named(notRecorded, NAMED)}`;
  if (outcome.status === 'completed') return failed(loss, 'artifacts_not_stored');
  return { ...outcome, error: outcome.error === undefined ? loss : `${outcome.error}\n${loss}` };
}

function outcomeOf(
  { outcome, error }: FinishedLeg,
  reported: ReportedOutcome | undefined,
  collected: Omit<Kept, 'notRecorded'>,
): SessionOutcome {
  switch (outcome) {
    case 'cancelled':
    case 'parked':
    case 'abandoned':
      return { status: 'cancelled' };
    case 'timed_out':
      return failed(error, 'timeout');
    case 'failed':
      return failed(reported?.error ?? error, 'agent_failed');
    case 'completed':
      return reportedFailure(reported) ?? excessOf(collected) ?? { status: 'completed' };
  }
}

function reportedFailure(reported: ReportedOutcome | undefined): SessionOutcome | undefined {
  if (reported?.isError) return failed(reported.error ?? reported.answer, 'agent_failed');
  if (reported?.taskResult?.success === false) return failed(reported.taskResult.comments, 'task_failed');
  return undefined;
}

const failed = (error: string | undefined, errorType: string): SessionOutcome => ({
  status: 'failed',
  error: error ?? 'the agent failed',
  errorType,
});

function excessOf({ isTruncated, tooLarge }: Omit<Kept, 'notRecorded'>): SessionOutcome | undefined {
  if (tooLarge.length > 0) return failed(`too large for artifacts: ${named(tooLarge, NAMED)}`, 'artifacts_too_large');
  return isTruncated ? TOO_MANY_ARTIFACTS : undefined;
}

/** Files named in an error. */
const NAMED = 3;

const TOO_MANY_ARTIFACTS = failed(
  `it left more than ${ARTIFACT_LIMITS.files} files or ${MAX_ENTRIES} entries in artifacts/output, the most that are kept: pack them into an archive`,
  'too_many_artifacts',
);
