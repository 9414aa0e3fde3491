import { addUsage, NO_USAGE } from '@syntropic/kernel';
import {
  accounts,
  answered,
  begin,
  changes,
  hasLost,
  predecessors,
  stateOf,
  walk,
  walks,
} from '../testing/random-walk';
import { resumeExecution, retryExecution } from './user-requests';
import { isActive, isLive } from './phase-state';
import { isUnderway, type Running, type UnderwayExecution, type WorkflowExecution } from './workflow-execution';

/** True while a runner, an agent, a person or a timer can still advance the execution. */
function isMovable(state: WorkflowExecution, fired: ReadonlySet<string>): boolean {
  if (!isUnderway(state)) return true;
  const { phases } = state;
  if (state.requested === 'cancel') return phases.some(isLive);
  switch (state.status) {
    case 'running':
      return isRunnable(state, fired);
    case 'paused':
      return isKeptByBudget(state) || changes(answered(() => resumeExecution(state)));
    case 'interrupted':
      return !phases.some(isAtWork) && (isKeptByBudget(state) || changes(answered(() => retryExecution(state))));
  }
}

function isRunnable(state: Running, fired: ReadonlySet<string>): boolean {
  const { phases } = state;
  if (state.failure) return phases.some(isLive);
  if (state.requested === 'pause') return phases.some(({ status }) => status === 'running');
  if (state.requested === 'interrupt') return phases.some(isLive);
  const isForgotten = phases.some(({ status }) => status === 'held' || status === 'parked');
  return !isForgotten && phases.some((phase) => isActive(phase) || isAwaited(phase, fired));
}

/** A runner has the phase, or is waited for. A session that an interruption keeps is parked. */
const isAtWork = (phase: UnderwayExecution['phases'][number]) => isActive(phase) && phase.status !== 'parked';

/** A reached limit keeps it until the limit is raised. */
const isKeptByBudget = ({ budget, exceeded }: UnderwayExecution): boolean =>
  exceeded.some(({ cause, limit }) => cause === 'spent' && budget.some((now) => now.limit === limit));

const isAwaited = ({ status, definition }: UnderwayExecution['phases'][number], fired: ReadonlySet<string>) =>
  status === 'awaiting_approval' || (status === 'failed' && !fired.has(definition.phaseId));

describe('an execution, under random commands', () => {
  // The walk itself expects that the history replays, that an ended execution stays as it is, that a repeated command
  // changes nothing, and that a session that is not the phase's own is refused.
  it('always has something that can move it until it has ended', () => {
    walks((definition, steps) => {
      walk(begin(definition), steps, (state, fired) => {
        expect(isMovable(state, fired) ? 'movable' : state).toBe('movable');
      });
    });
  });

  it('ends with the sum of what its attempts used', () => {
    walks((definition, steps) => {
      const history = walk(begin(definition), steps);
      const last = history.at(-1);
      if (
        last?.type !== 'ExecutionCompleted' &&
        last?.type !== 'ExecutionFailed' &&
        last?.type !== 'ExecutionCancelled'
      )
        return;

      const total = accounts(history).reduce(addUsage, NO_USAGE);
      expect(last.data.usage).toEqual(hasLost(history) ? { ...total, costComplete: false } : total);
    });
  });

  it('completes each phase once, and starts none before those ahead of it have completed', () => {
    walks((definition, steps) => {
      const ahead = predecessors(definition);
      const completed: string[] = [];
      for (const { type, data } of walk(begin(definition), steps)) {
        if (type === 'PhaseCompleted') completed.push(data.phaseId);
        if (type === 'PhaseQueued')
          expect(completed).toEqual(expect.arrayContaining([...(ahead.get(data.phaseId) ?? [])]));
        if (type === 'ExecutionCompleted') expect(completed).toHaveLength(definition.phases.length);
      }
      expect(completed).toEqual([...new Set(completed)]);
    });
  });

  it('has delivered or given up each message for each of its phases when it has ended', () => {
    walks((definition, steps) => {
      const waiting: string[] = [];
      const settled: string[] = [];
      const history = walk(begin(definition), steps, (state) => {
        if (isUnderway(state)) expect(state.messages.length).toBeLessThanOrEqual(16);
      });
      for (const { type, data } of history) {
        if (type === 'MessageRequested') waiting.push(...data.phaseIds.map((id) => `${data.messageId} ${id}`));
        if (type === 'MessageDelivered' || type === 'MessageUndeliverable')
          settled.push(`${data.messageId} ${data.phaseId}`);
      }
      const hasEnded = !isUnderway(stateOf(history));
      if (hasEnded) expect(settled.sort()).toEqual(waiting.sort());
      else expect(settled.length).toBeLessThanOrEqual(waiting.length);
    });
  });

  it('is retried by itself as often as its workflow says, and not after another interruption', () => {
    walks((definition, steps) => {
      const history = walk(begin(definition), steps);
      const numbers = history.flatMap(({ type, data }) =>
        type === 'ExecutionRetried' && data.automaticRetry !== undefined ? [data.automaticRetry] : [],
      );
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      expect(numbers.length).toBeLessThanOrEqual(definition.interruptionRetries?.max ?? 0);
    });
  });
});
