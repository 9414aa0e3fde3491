import type { SessionOutcome } from '@syntropic/telemetry';
import { MOST_ARTIFACTS, type Collected, type Finished } from '../session';

export type Verdict = Readonly<{
  status: 'completed' | 'failed' | 'cancelled';
  error?: string;
  errorType?: string;
}>;

/** What a session came to: how its agent ended, what the agent itself says of it, and whether the next phases can have all that it left. */
export function verdictOf(
  { outcome, error }: Finished,
  said: SessionOutcome | undefined,
  { isTooMuch }: Pick<Collected, 'isTooMuch'>,
): Verdict {
  switch (outcome) {
    case 'cancelled':
    case 'parked':
    case 'abandoned':
      return { status: 'cancelled' };
    case 'timed_out':
      return failed(error, 'timeout');
    case 'failed':
      return failed(said?.error ?? error, 'agent_failed');
    case 'completed':
      if (said?.isError) return failed(said.error ?? said.answer, 'agent_failed');
      if (said?.taskResult?.success === false) return failed(said.taskResult.comments, 'task_failed');
      if (isTooMuch) return failed(TOO_MUCH, 'too_many_artifacts');
      return { status: 'completed' };
  }
}

const TOO_MUCH = `it left more than ${MOST_ARTIFACTS} files in artifacts/output, of which no more are kept: an archive is one file`;

const failed = (error: string | undefined, errorType: string): Verdict => ({
  status: 'failed',
  error: error ?? 'the agent failed',
  errorType,
});
