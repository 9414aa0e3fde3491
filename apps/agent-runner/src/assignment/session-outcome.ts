import type { SessionOutcome as ReportedOutcome } from '@syntropic/telemetry';
import { MAX_ARTIFACTS, type CollectedArtifacts, type FinishedLeg } from '../session';

export type SessionOutcome = Readonly<{
  status: 'completed' | 'failed' | 'cancelled';
  error?: string;
  errorType?: string;
}>;

/** Combines the end of the agent's process, the agent's own report, and the completeness of its artifacts. */
export function sessionOutcome(
  { outcome, error }: FinishedLeg,
  reported: ReportedOutcome | undefined,
  { isTruncated }: Pick<CollectedArtifacts, 'isTruncated'>,
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
      return reportedFailure(reported) ?? (isTruncated ? TOO_MANY_ARTIFACTS : { status: 'completed' });
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

const TOO_MANY_ARTIFACTS = failed(
  `it left more than ${MAX_ARTIFACTS} files in artifacts/output, the most that are kept: pack them into an archive`,
  'too_many_artifacts',
);
