import type { SessionOutcome } from '@syntropic/telemetry';
import type { Finished } from '../session';

export type Verdict = Readonly<{
  status: 'completed' | 'failed' | 'cancelled';
  error?: string;
  errorType?: string;
}>;

/** What a session came to: how its agent ended, and what the agent itself says of it. */
export function verdictOf({ outcome, error }: Finished, said: SessionOutcome | undefined): Verdict {
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
      return { status: 'completed' };
  }
}

const failed = (error: string | undefined, errorType: string): Verdict => ({
  status: 'failed',
  error: error ?? 'the agent failed',
  errorType,
});
