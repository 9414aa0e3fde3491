import type { TaskResult } from './task-result';
import type { Verdict } from './verdict';

/** The result that an agent ended a leg with. */
type SessionOutcome = Verdict &
  Readonly<{
    /** The agent's final answer. */
    answer: string;
    /** The answer in the form of a schema that the agent was given. */
    structured?: unknown;
    taskResult?: TaskResult | undefined;
  }>;

/** What the protocol has told about a leg. */
export type LegReport = Readonly<{
  /** True once the agent has begun a conversation. */
  hasBegun: boolean;
  /** By the last result so far. */
  outcome?: SessionOutcome | undefined;
}>;

export const NO_REPORT: LegReport = { hasBegun: false };
