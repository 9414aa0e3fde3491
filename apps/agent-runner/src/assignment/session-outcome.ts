import type { AgentConfiguration } from '@syntropic/orchestration/contracts';
import type { LegReport } from '@syntropic/telemetry';
import {
  ARTIFACT_LIMITS,
  MAX_ENTRIES,
  named,
  type CollectedArtifacts,
  type FinishedLeg,
  type LeftOut,
} from '../session';
import { structuredAnswer } from './structured-answer';

export type SessionOutcome = Readonly<{
  status: 'completed' | 'failed' | 'cancelled';
  error?: string;
  errorType?: string;
}>;

type Kept = Pick<CollectedArtifacts, 'isTruncated' | 'tooLarge'> &
  Readonly<{
    /** Collected files that could not be stored. */
    notRecorded: readonly LeftOut[];
    /** The agent, whose configuration may require a form of its answer. */
    agent?: AgentConfiguration;
  }>;

/**
 * Combines the end of the agent's process, the agent's own report, and the completeness of its artifacts.
 * The last result decides for agents with a protocol, the exit code for plain programs.
 */
export function sessionOutcome(
  leg: FinishedLeg,
  report: LegReport | undefined,
  { notRecorded, agent, ...collected }: Kept,
): SessionOutcome {
  const outcome = shaped(outcomeOf(leg, report, collected), report, agent);
  if (notRecorded.length === 0) return outcome;

  const loss = `artifacts that could not be stored: ${named(notRecorded, NAMED)}`;
  if (outcome.status === 'completed') return failed(loss, 'artifacts_not_stored');
  return { ...outcome, error: outcome.error === undefined ? loss : `${outcome.error}\n${loss}` };
}

function outcomeOf(
  leg: FinishedLeg,
  report: LegReport | undefined,
  collected: Omit<Kept, 'notRecorded'>,
): SessionOutcome {
  switch (leg.outcome) {
    case 'cancelled':
    case 'parked':
    case 'abandoned':
      return { status: 'cancelled' };
    case 'timed_out':
      return failed(leg.error, 'timeout');
    case 'outgrown':
      return failed(leg.error, 'disk_limit');
    case 'failed':
    case 'completed':
      return (
        (report ? reportedFailure(leg, report) : exitFailure(leg)) ?? excessOf(collected) ?? { status: 'completed' }
      );
  }
}

const exitFailure = ({ outcome, error, isOutOfMemory }: FinishedLeg): SessionOutcome | undefined =>
  outcome === 'failed' ? failed(error, isOutOfMemory ? 'out_of_memory' : 'agent_failed') : undefined;

function reportedFailure(leg: FinishedLeg, { hasBegun, outcome }: LegReport): SessionOutcome | undefined {
  if (!outcome && leg.isOutOfMemory) return exitFailure(leg);
  if (!outcome) return hasBegun ? unfinished(leg) : (exitFailure(leg) ?? unfinished(leg));
  if (outcome.isError) return failed(outcome.error, errorTypeOf(outcome));
  if (outcome.taskResult?.success === false) return failed(outcome.taskResult.comments, 'task_failed');
  return undefined;
}

const errorTypeOf = ({ isCutOff, isMisshapen }: NonNullable<LegReport['outcome']>): string => {
  if (isMisshapen) return MISMATCH;
  return isCutOff ? 'agent_cut_off' : 'agent_failed';
};

const MISMATCH = 'output_schema_mismatch';

/** A completed session whose agent owes an answer of a form has failed without it. */
function shaped(outcome: SessionOutcome, report: LegReport | undefined, agent: AgentConfiguration | undefined) {
  const answer = structuredAnswer(report, agent);
  return outcome.status === 'completed' && answer && 'deviation' in answer
    ? failed(answer.deviation, MISMATCH)
    : outcome;
}

const unfinished = ({ error }: FinishedLeg): SessionOutcome =>
  failed(['the agent ended without a result', ...(error === undefined ? [] : [error])].join(': '), 'agent_unfinished');

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
