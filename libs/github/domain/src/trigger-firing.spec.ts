import type { TriggerEvent, TriggerEvents } from '@syntropic/github/contracts';
import { specificationOf } from '@syntropic/kernel/testing';
import {
  config,
  deleted,
  deliveryId,
  executionId,
  paused,
  registered,
  repository,
  triggerId,
  workflowId,
} from './testing/rule-facts';
import { dispatchTrigger, fireTrigger } from './trigger-firing';
import { TriggerRule } from './trigger-rule';

const { given } = specificationOf(TriggerRule);

const NOON = Date.parse('2026-11-26T12:00:00.000Z');
const afterNoon = (seconds: number) => new Date(NOON + seconds * 1_000).toISOString();
const event = 'check_run.completed';

/** The n-th delivery, about a pull request. */
const accepted = (n: number, prNumber?: number) => ({
  status: 'accepted' as const,
  deliveryId: deliveryId(n),
  event,
  repository,
  ...(prNumber !== undefined && { prNumber }),
  matches: [{ triggerId, executionId: executionId(n), inputs: {} }],
});
const command = (n: number, at: string, isDue = false) => ({
  triggerId,
  executionId: executionId(n),
  deliveryId: deliveryId(n),
  at,
  isDue,
});
const about = (n: number, prNumber?: number) => ({
  triggerId,
  executionId: executionId(n),
  deliveryId: deliveryId(n),
  event,
  repository,
  ...(prNumber !== undefined && { prNumber }),
});
const fired = (n: number, at: string, prNumber?: number): TriggerEvents['TriggerFired'] => ({
  type: 'TriggerFired',
  data: { ...about(n, prNumber), workflowId, at },
});
const blocked = (
  n: number,
  guard: TriggerEvents['TriggerBlocked']['data']['guard'],
  prNumber?: number,
): TriggerEvent => ({
  type: 'TriggerBlocked',
  data: { ...about(n, prNumber), guard, reason: expect.any(String) as string },
});
type Deferred = TriggerEvents['TriggerDeferred']['data'];
const deferred = (
  n: number,
  { prNumber, ...own }: Pick<Deferred, 'guard' | 'afterSeconds' | 'dueAt'> & Pick<Deferred, 'replaces' | 'prNumber'>,
): TriggerEvents['TriggerDeferred'] => ({ type: 'TriggerDeferred', data: { ...about(n, prNumber), ...own } });
const dispatch = (n: number) => ({ triggerId, executionId: executionId(n), workflowId });
const started = (n: number): TriggerEvent => ({ type: 'TriggerDispatchCompleted', data: dispatch(n) });
const failed = (n: number): TriggerEvent => ({
  type: 'TriggerDispatchFailed',
  data: { ...dispatch(n), failureReason: 'execution.missing_input: x' },
});

describe('a rule that a delivery has matched', () => {
  it('fires, for a pull request or for none', () => {
    given(registered())
      .when(fireTrigger, command(1, afterNoon(0)), accepted(1, 7), false)
      .then(fired(1, afterNoon(0), 7));
    given(registered())
      .when(fireTrigger, command(1, afterNoon(0)), accepted(1), false)
      .then(fired(1, afterNoon(0)));
  });

  it('fires once for a delivery', () => {
    given(registered(), fired(1, afterNoon(0), 7), started(1))
      .when(fireTrigger, command(1, afterNoon(900)), accepted(1, 7), false)
      .thenNothing();
  });

  it('that was paused meanwhile says so, and one that was deleted says nothing', () => {
    given(registered(), paused)
      .when(fireTrigger, command(1, afterNoon(0)), accepted(1, 7), false)
      .then(blocked(1, 'trigger_paused', 7));
    given(registered(), deleted)
      .when(fireTrigger, command(1, afterNoon(0)), accepted(1, 7), false)
      .thenNothing();
    given()
      .when(fireTrigger, command(1, afterNoon(0)), accepted(1, 7), false)
      .thenNothing();
  });
});

describe('the guard of', () => {
  const later = afterNoon(400);

  it('concurrency blocks while the last execution for the same pull request waits, starts or runs', () => {
    const one = [registered(), fired(1, afterNoon(0), 7)];
    const second = [command(2, later), accepted(2, 7)] as const;
    given(...one)
      .when(fireTrigger, ...second, false)
      .then(blocked(2, 'concurrency', 7));
    given(...one, started(1))
      .when(fireTrigger, ...second, true)
      .then(blocked(2, 'concurrency', 7));
    given(...one, started(1))
      .when(fireTrigger, ...second, false)
      .then(fired(2, later, 7));
    given(...one, failed(1))
      .when(fireTrigger, ...second, true)
      .then(fired(2, later, 7));
    given(...one)
      .when(fireTrigger, command(2, later), accepted(2, 8), false)
      .then(fired(2, later, 8));
    given(...one)
      .when(fireTrigger, command(2, later), accepted(2), false)
      .then(fired(2, later));
  });

  it('attempts counts the executions for one pull request for ever', () => {
    const few = registered({ config: { ...config, maxAttempts: 2, cooldownSeconds: 0 } });
    const two = [few, fired(1, afterNoon(0), 7), started(1), fired(2, afterNoon(1), 7), started(2)];
    const nextYear = '2027-11-26T12:00:00.000Z';
    given(...two)
      .when(fireTrigger, command(3, nextYear), accepted(3, 7), false)
      .then(blocked(3, 'max_attempts', 7));
    given(...two)
      .when(fireTrigger, command(3, later), accepted(3, 8), false)
      .then(fired(3, later, 8));
    const none = [few, fired(1, afterNoon(0)), started(1), fired(2, afterNoon(1)), started(2)];
    given(...none)
      .when(fireTrigger, command(3, later), accepted(3), false)
      .then(fired(3, later));
  });

  it('the cooldown puts off, until it has passed', () => {
    const one = [registered(), fired(1, afterNoon(0), 7), started(1)];
    const putOff = deferred(2, { guard: 'cooldown', afterSeconds: 205, dueAt: afterNoon(305), prNumber: 7 });
    given(...one)
      .when(fireTrigger, command(2, afterNoon(100)), accepted(2, 7), false)
      .then(putOff);
    given(...one, putOff)
      .when(fireTrigger, command(2, afterNoon(305), true), accepted(2, 7), false)
      .then(fired(2, afterNoon(305), 7));
    given(...one)
      .when(fireTrigger, command(2, afterNoon(300)), accepted(2, 7), false)
      .then(fired(2, afterNoon(300), 7));
  });

  it('the day counts all pull requests, until the day of UTC ends', () => {
    const few = registered({ config: { ...config, dailyLimit: 2 } });
    const two = [few, fired(1, afterNoon(0), 7), fired(2, afterNoon(1), 8)];
    given(...two)
      .when(fireTrigger, command(3, later), accepted(3, 9), false)
      .then(blocked(3, 'daily_limit', 9));
    const tomorrow = '2026-11-27T00:00:00.000Z';
    given(...two)
      .when(fireTrigger, command(3, tomorrow), accepted(3, 9), false)
      .then(fired(3, tomorrow, 9));
  });
});

describe('a debounced rule', () => {
  const debounced = registered({ config: { ...config, debounceSeconds: 60 } });
  const first = deferred(1, { guard: 'debounced', afterSeconds: 60, dueAt: afterNoon(60), prNumber: 7 });
  const second = deferred(2, {
    guard: 'debounced',
    afterSeconds: 60,
    dueAt: afterNoon(90),
    prNumber: 7,
    replaces: executionId(1),
  });

  it('waits, and starts anew with a further delivery about the same pull request', () => {
    given(debounced)
      .when(fireTrigger, command(1, afterNoon(0)), accepted(1, 7), false)
      .then(first);
    given(debounced, first)
      .when(fireTrigger, command(2, afterNoon(30)), accepted(2, 7), false)
      .then(second);
    given(debounced, first)
      .when(fireTrigger, command(2, afterNoon(30)), accepted(2, 8), false)
      .then(deferred(2, { guard: 'debounced', afterSeconds: 60, dueAt: afterNoon(90), prNumber: 8 }));
  });

  it('fires for the last delivery alone', () => {
    given(debounced, first, second)
      .when(fireTrigger, command(1, afterNoon(60), true), accepted(1, 7), false)
      .thenNothing();
    given(debounced, first, second)
      .when(fireTrigger, command(2, afterNoon(90), true), accepted(2, 7), false)
      .then(fired(2, afterNoon(90), 7));
  });

  it('that is paused while it waits fires nothing', () => {
    given(debounced, first, paused)
      .when(fireTrigger, command(1, afterNoon(60), true), accepted(1, 7), false)
      .then(blocked(1, 'trigger_paused', 7));
    const told: TriggerEvent = {
      type: 'TriggerBlocked',
      data: { ...about(1, 7), guard: 'trigger_paused', reason: 'the trigger is paused' },
    };
    given(debounced, first, told)
      .when(fireTrigger, command(2, afterNoon(90)), accepted(2, 7), false)
      .then(deferred(2, { guard: 'debounced', afterSeconds: 60, dueAt: afterNoon(150), prNumber: 7 }));
  });
});

describe('the dispatch of a rule that has fired', () => {
  it('is recorded with its outcome, whatever has become of the rule', () => {
    given(registered(), fired(1, afterNoon(0), 7))
      .when(dispatchTrigger, own(1), undefined)
      .then(started(1));
    given(registered(), fired(1, afterNoon(0), 7), deleted)
      .when(dispatchTrigger, own(1), 'execution.missing_input: x')
      .then(failed(1));
    given().when(dispatchTrigger, own(1), undefined).thenNothing();
  });
  const own = (n: number) => ({ ...dispatch(n), deliveryId: deliveryId(n), repository });
});

it('a rule remembers the last 500 pull requests', () => {
  const many = Array.from({ length: 501 }, (_, n) => fired(n, afterNoon(n), n + 1));
  const few = registered({ config: { ...config, maxAttempts: 1, dailyLimit: 1_000 } });
  const next = command(900, afterNoon(90_000));
  given(few, ...many.flatMap((one, n) => [one, started(n)]))
    .when(fireTrigger, next, accepted(900, 1), false)
    .then(fired(900, next.at, 1));
  given(few, ...many.flatMap((one, n) => [one, started(n)]))
    .when(fireTrigger, next, accepted(900, 2), false)
    .then(blocked(900, 'max_attempts', 2));
});
