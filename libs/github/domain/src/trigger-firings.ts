import type { TriggerEvents } from '@syntropic/github/contracts';
import type { Firings, Target } from './trigger-state';

type FiringEvent = TriggerEvents[
  'TriggerFired' | 'TriggerBlocked' | 'TriggerDeferred' | 'TriggerDispatchCompleted' | 'TriggerDispatchFailed'];

/** The pull requests that a rule remembers: what it has started for the others does not count any more. */
const MOST_TARGETS = 500;

export const NO_FIRINGS: Firings = { day: '', firesOfDay: 0, targets: {} };
const NEW_TARGET: Target = { fires: 0 };

/** Deliveries about no pull request have one target. Keys are no numbers, which objects would sort. */
export const targetKeyOf = (prNumber: number | undefined): string => (prNumber === undefined ? 'none' : `#${prNumber}`);

export const targetOf = ({ targets }: Firings, prNumber: number | undefined): Target =>
  targets[targetKeyOf(prNumber)] ?? NEW_TARGET;

/** The executions of a rule on a day of UTC. */
export const firesOn = (firings: Firings, at: string): number => (firings.day === dayOf(at) ? firings.firesOfDay : 0);

const dayOf = (at: string): string => at.slice(0, 10);

export function afterFiring(firings: Firings, event: FiringEvent): Firings {
  switch (event.type) {
    case 'TriggerFired': {
      const { prNumber, executionId, at } = event.data;
      const { deferred: _, ...target } = targetOf(firings, prNumber);
      const counted = { day: dayOf(at), firesOfDay: firesOn(firings, at) + 1 };
      const fired: Target = {
        ...target,
        fires: target.fires + 1,
        lastFiredAt: at,
        executionId,
        dispatch: 'pending',
      };
      return { ...counted, targets: withTarget(firings, targetKeyOf(prNumber), fired) };
    }
    case 'TriggerDeferred': {
      const { prNumber, executionId } = event.data;
      const target = { ...targetOf(firings, prNumber), deferred: executionId };
      return { ...firings, targets: withTarget(firings, targetKeyOf(prNumber), target) };
    }
    case 'TriggerBlocked': {
      const { prNumber, executionId } = event.data;
      const { deferred, ...target } = targetOf(firings, prNumber);
      if (deferred !== executionId) return firings;
      return { ...firings, targets: withTarget(firings, targetKeyOf(prNumber), target) };
    }
    case 'TriggerDispatchCompleted':
      return dispatched(firings, event.data.executionId, 'started');
    case 'TriggerDispatchFailed':
      return dispatched(firings, event.data.executionId, 'failed');
  }
}

function dispatched(firings: Firings, executionId: string, dispatch: Target['dispatch']): Firings {
  const [key, target] = Object.entries(firings.targets).find(([, one]) => one.executionId === executionId) ?? [];
  if (key === undefined || !target) return firings;
  return { ...firings, targets: withTarget(firings, key, { ...target, ...(dispatch && { dispatch }) }) };
}

function withTarget({ targets }: Firings, key: string, target: Target): Firings['targets'] {
  const others = Object.entries(targets).filter(([other]) => other !== key);
  return Object.fromEntries([...others.slice(-(MOST_TARGETS - 1)), [key, target]]);
}
