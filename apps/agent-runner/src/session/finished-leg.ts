import type { Exit, OutOfMemory } from '../workspaces';
import type { LegEnd } from './graceful-kill';
import { reasonOf } from './reason';

/** A request of the runner that ends a leg before its agent exits by itself. */
export type StopReason = Interruption | 'after_result';

/** Requests that end a leg whose work is not done. */
type Interruption = 'cancelled' | 'timed_out' | 'outgrown' | 'parked' | 'abandoned';

export interface FinishedLeg {
  readonly outcome: 'completed' | 'failed' | Interruption;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly legEnd: LegEnd;
  readonly error?: string;
  /** True when the agent failed after the kernel had killed processes for want of memory. */
  readonly isOutOfMemory?: true;
}

type Ended = Readonly<{
  stopReason: StopReason | undefined;
  legEnd: LegEnd;
  timeoutMs: number;
  /** The limit that the workspace has outgrown, as text. */
  excess?: string | undefined;
  stderrTail: string;
  outOfMemory: OutOfMemory | undefined;
}>;

/** The result of a leg whose agent has exited. */
export function finishedLeg({ code, signal }: Exit, ended: Ended): FinishedLeg {
  const { stopReason, legEnd, timeoutMs, stderrTail, outOfMemory } = ended;
  const interruption = interruptionOf(stopReason);
  const isDone = code === 0 || stopReason === 'after_result';
  const outcome: FinishedLeg['outcome'] = interruption ?? (isDone ? 'completed' : 'failed');
  const finished = { outcome, exitCode: code, signal, legEnd };
  if (outcome === 'failed') {
    const memory = outOfMemory ? `${memoryText(outOfMemory)}\n` : '';
    const error = `${memory}${exitText(code, signal)}\n${stderrTail}`.trim();
    return { ...finished, error, ...(outOfMemory && { isOutOfMemory: true }) };
  }
  if (outcome === 'outgrown') return { ...finished, error: `the workspace has outgrown its limits: ${ended.excess}` };
  if (outcome === 'timed_out') return { ...finished, error: `it took longer than ${timeoutMs / 1_000} s` };
  return finished;
}

/** The result of a leg that was killed because its workspace could not be frozen, or its output not be spooled. */
export const faultyLeg = (
  error: unknown,
  { stopReason, legEnd }: Pick<Ended, 'stopReason' | 'legEnd'>,
): FinishedLeg => ({
  outcome: interruptionOf(stopReason) ?? 'failed',
  exitCode: null,
  signal: null,
  legEnd,
  error: reasonOf(error),
});

const interruptionOf = (reason: StopReason | undefined): Interruption | undefined =>
  reason === 'after_result' ? undefined : reason;

const MEBIBYTE = 1024 * 1024;

export const memoryText = ({ limitBytes }: OutOfMemory) =>
  limitBytes === undefined
    ? 'the kernel has killed processes of the agent: the memory of the machine was exhausted'
    : `the kernel has killed processes of the agent: the memory limit of ${limitBytes / MEBIBYTE} MiB was exceeded`;

const exitText = (code: number | null, signal: NodeJS.Signals | null) =>
  signal === null ? `the agent ended with exit code ${String(code)}` : `the agent was ended by ${signal}`;
