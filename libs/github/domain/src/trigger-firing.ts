import type { TriggerCommands, TriggerEvent, TriggerEvents, TriggerGuard } from '@syntropic/github/contracts';
import type { Delivery } from './delivery';
import { firesOn, targetOf } from './trigger-firings';
import type { ActiveRule, Target, TriggerRule } from './trigger-state';

type Decision = readonly TriggerEvent[];
type Accepted = Extract<Delivery, Readonly<{ status: 'accepted' }>>;
type About = Omit<TriggerEvents['TriggerBlocked']['data'], 'guard' | 'reason'>;
type FireTrigger = TriggerCommands['FireTrigger'];

/** The wait behind a cooldown, so that it has surely passed. */
const MARGIN_SECONDS = 5;

/**
 * Starts the execution of a delivery that has matched, puts it off, or blocks it and says by which guard.
 * @param isRunning the last execution for the same pull request has not ended
 */
export function fireTrigger(rule: TriggerRule, data: FireTrigger, delivery: Accepted, isRunning: boolean): Decision {
  if (rule.status === 'unknown' || rule.status === 'deleted') return [];
  const target = targetOf(rule.firings, delivery.prNumber);
  if (target.executionId === data.executionId) return [];
  // A newer delivery about the same pull request has taken its place.
  if (data.isDue && target.deferred !== data.executionId) return [];

  const about = aboutOf(data, delivery);
  if (rule.status === 'paused') return [blocked(about, 'trigger_paused', 'the trigger is paused')];
  const { debounceSeconds } = rule.config;
  if (debounceSeconds > 0 && !data.isDue)
    return [deferred({ about, target, at: data.at }, 'debounced', debounceSeconds)];
  return guarded(rule, { about, target, at: data.at }, isRunning);
}

type Attempt = Readonly<{ about: About; target: Target; at: string }>;

/** The first guard that holds the execution back decides. */
function guarded(rule: ActiveRule, attempt: Attempt, isRunning: boolean): Decision {
  const { config, workflowId, firings } = rule;
  const { about, target, at } = attempt;
  if (target.dispatch === 'pending' || (target.dispatch === 'started' && isRunning)) {
    return [blocked(about, 'concurrency', `${target.executionId ?? 'an execution'} is still running`)];
  }
  if (about.prNumber !== undefined && target.fires >= config.maxAttempts) {
    return [blocked(about, 'max_attempts', `${target.fires} executions for this pull request`)];
  }
  const remaining = remainingSeconds(target, config.cooldownSeconds, at);
  if (remaining > 0) return [deferred(attempt, 'cooldown', remaining + MARGIN_SECONDS)];
  if (firesOn(firings, at) >= config.dailyLimit) {
    return [blocked(about, 'daily_limit', `${config.dailyLimit} executions on this day`)];
  }
  return [{ type: 'TriggerFired', data: { ...about, workflowId, at } }];
}

function remainingSeconds({ lastFiredAt }: Target, cooldownSeconds: number, at: string): number {
  if (lastFiredAt === undefined) return 0;
  return Math.ceil(cooldownSeconds - (Date.parse(at) - Date.parse(lastFiredAt)) / 1_000);
}

const aboutOf = (
  { triggerId, executionId, deliveryId }: FireTrigger,
  { event, repository, prNumber }: Accepted,
): About => ({
  triggerId,
  executionId,
  deliveryId,
  event,
  repository,
  ...(prNumber !== undefined && { prNumber }),
});

const blocked = (about: About, guard: TriggerGuard, reason: string): TriggerEvent => ({
  type: 'TriggerBlocked',
  data: { ...about, guard, reason },
});

function deferred(
  { about, target, at }: Attempt,
  guard: TriggerEvents['TriggerDeferred']['data']['guard'],
  afterSeconds: number,
): TriggerEvent {
  const replaces = target.deferred === about.executionId ? undefined : target.deferred;
  const dueAt = new Date(Date.parse(at) + afterSeconds * 1_000).toISOString();
  return { type: 'TriggerDeferred', data: { ...about, guard, afterSeconds, dueAt, ...(replaces && { replaces }) } };
}

/** Records how the start of the execution went, whatever has become of the rule meanwhile. */
export function dispatchTrigger(
  rule: TriggerRule,
  { triggerId, executionId, workflowId }: TriggerCommands['DispatchTrigger'],
  failureReason: string | undefined,
): Decision {
  if (rule.status === 'unknown') return [];
  const data = { triggerId, executionId, workflowId };
  if (failureReason !== undefined) return [{ type: 'TriggerDispatchFailed', data: { ...data, failureReason } }];
  return [{ type: 'TriggerDispatchCompleted', data }];
}
