import type { SessionEvents } from '@syntropic/agent-sessions/contracts';
import { boundedUsage, repriceInSum, withCosts } from '@syntropic/kernel';
import type { ExecutionRow } from './execution-row';
import { isSettled, withPhase } from './phase-row';
import { withSum } from './settled';

/**
 * The row after a session of it was priced again. A session whose phase has not ended yet is added at these costs when it does; one without
 * an account has none here.
 */
export function repriced(
  row: ExecutionRow,
  { sessionId, before, after }: SessionEvents['SessionRepriced']['data'],
): ExecutionRow {
  const { detail } = row;
  if (detail.unaccounted.includes(sessionId)) return row;
  const phase = detail.phases.find((one) => one.sessionId === sessionId);
  if (phase && !isSettled(phase)) {
    return { ...row, detail: { ...detail, repriced: { ...detail.repriced, [sessionId]: after } } };
  }
  const sum = withSum(row, repriceInSum(detail, before, after));
  if (!phase) return sum;
  const usage = boundedUsage(withCosts(phase.usage, after));
  return { ...sum, detail: { ...sum.detail, phases: withPhase(detail.phases, phase.phaseId, { usage }) } };
}
