import { event } from '@syntropic/kernel/testing';
import { MAX_MESSAGE_BYTES, workflowExecution } from '@syntropic/orchestration/contracts';
import {
  account,
  begun,
  building,
  events,
  from,
  given,
  held,
  ids,
  interrupted,
  paused,
  planning,
  planningAgain,
  queued,
  resumed,
  secondLegOf,
  started,
  sums,
} from '../testing/facts';
import { stateAfter } from '../testing/steps';
import { deliverMessage, injectMessage, messagePageOf } from './messages';
import { completePhase, stopPhase } from './phases';
import { cancelExecution } from './user-requests';

const { CancelExecution, CompletePhase, DeliverMessage, InjectMessage, StopPhase } = workflowExecution.commands;

const idOf = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;
const said = (number: number, message = `note ${number}`) =>
  InjectMessage.schema.parse({ executionId: ids.executionId, messageId: idOf(number), role: 'user', message });
const first = said(1);
const { messageId, role, message } = first;
const requestedOf = ({ messageId: id, message: text }: typeof first, ...phaseIds: (typeof planning.phaseId)[]) =>
  event(events.MessageRequested, { ...ids, messageId: id, role: 'user', message: text, phaseIds });
const requested = requestedOf(first, planning.phaseId);
const undeliverable = event(events.MessageUndeliverable, { ...ids, phaseId: planning.phaseId, messageId });
const confirm = DeliverMessage.schema.parse({ ...from(planning), messageId });

const claude = { agent: { provider: 'claude', isolation: 'sandbox' } } as const;
const begin = started(claude, claude);
const waiting = [begin, queued(planning)] as const;
const running = [...waiting, begun(planning)] as const;
const pauseRequested = event(events.ExecutionPauseRequested, ids);
const parked = event(events.PhaseParked, {
  ...planning,
  runner: 'runner-1',
  why: 'hold_expired',
  usage: account.usage,
});
const cancelRequested = event(events.ExecutionCancelRequested, ids);

describe('InjectMessage', () => {
  it('addresses the phase that is queued, at work, held, parked or interrupted', () => {
    const heldNow = [...running, pauseRequested, held, paused] as const;
    for (const history of [waiting, running, heldNow, [...heldNow, parked], [...running, interrupted]]) {
      given(...history)
        .when(injectMessage, first)
        .then(requested);
    }
  });

  it('addresses the next phase while a pause keeps it back', () => {
    const completed = event(events.PhaseCompleted, { ...planning, ...account });
    const between = event(events.ExecutionPaused, { ...ids, yieldPoint: 'before_phase' });
    given(...running, pauseRequested, completed, between)
      .when(injectMessage, first)
      .then(requestedOf(first, building.phaseId));
  });

  it('changes nothing while the same message waits', () => {
    given(...running, requested)
      .when(injectMessage, first)
      .thenNothing();
  });

  it('is refused, with the provider, where agents take no messages', () => {
    given(started(), queued(planning), begun(planning))
      .when(injectMessage, first)
      .thenRefused('execution.takes_no_messages');
    expect(() => injectMessage(stateAfter([started(), queued(planning)]), first)).toThrow('provider simulated');
  });

  it('is refused before the start, at the end and after it', () => {
    given().when(injectMessage, first).thenRefused('execution.not_found');
    given(...running, cancelRequested)
      .when(injectMessage, first)
      .thenRefused('execution.has_ended');
    given(...running, cancelRequested, event(events.ExecutionCancelled, { ...ids, ...sums.none }))
      .when(injectMessage, first)
      .thenRefused('execution.has_ended');
  });

  it('is refused while sixteen wait', () => {
    const sixteen = Array.from({ length: 16 }, (_, index) => requestedOf(said(index + 2), planning.phaseId));
    given(...running, ...sixteen)
      .when(injectMessage, first)
      .thenRefused('execution.too_many_messages');
  });

  it('has a text of 64 KiB at most, in bytes', () => {
    const of = (text: string) => InjectMessage.schema.safeParse({ ...first, message: text }).success;
    expect([of(''), of('é'.repeat(MAX_MESSAGE_BYTES / 2)), of('é'.repeat(MAX_MESSAGE_BYTES / 2) + '.')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

describe('DeliverMessage', () => {
  it('says which session and leg has taken the message', () => {
    given(...running, requested)
      .when(deliverMessage, confirm)
      .then(event(events.MessageDelivered, { ...planning, messageId }));
    const later = secondLegOf(planning);
    given(...running, requested, pauseRequested, held, paused, parked, resumed, queued(later), begun(later))
      .when(deliverMessage, confirm)
      .then(event(events.MessageDelivered, { ...later, messageId }));
  });

  it('changes nothing the second time, and for a message that was given up', () => {
    given(...running, requested, event(events.MessageDelivered, { ...planning, messageId }))
      .when(deliverMessage, confirm)
      .thenNothing();
    given(...running)
      .when(deliverMessage, confirm)
      .thenNothing();
  });

  it('is refused to the session of an earlier attempt', () => {
    const retried = event(events.ExecutionRetried, { ...ids, phaseIds: [planning.phaseId] });
    given(...running, requested, interrupted, retried, queued(planningAgain))
      .when(deliverMessage, confirm)
      .thenRefused('execution.stale_session');
  });
});

describe('a message that no agent has taken', () => {
  it('is undeliverable when its phase has completed', () => {
    given(...running, requested)
      .when(completePhase, CompletePhase.schema.parse({ ...from(planning), ...account }))
      .then(event(events.PhaseCompleted, { ...planning, ...account }), undeliverable, {
        ...queued(building),
        data: { ...queued(building).data, provider: 'claude' },
      });
  });

  it('is undeliverable before the execution is cancelled', () => {
    const cancelled = event(events.ExecutionCancelled, { ...ids, ...sums.none });
    const stopped = event(events.PhaseStopped, { ...planning, usage: sums.none.usage, artifacts: [] });
    given(...waiting, requested)
      .when(cancelExecution, CancelExecution.schema.parse(ids))
      .then(cancelRequested, stopped, undeliverable, cancelled);
    given(...running, requested, cancelRequested)
      .when(stopPhase, StopPhase.schema.parse({ ...from(planning), usage: sums.none.usage }))
      .then(stopped, undeliverable, cancelled);
  });

  it('waits for the next attempt after an interruption', () => {
    const retried = event(events.ExecutionRetried, { ...ids, phaseIds: [planning.phaseId] });
    const state = stateAfter([...running, requested, interrupted, retried, queued(planningAgain)]);
    expect(messagePageOf(state, planning)).toEqual({ messages: [{ messageId, role, message }], hasMore: false });
  });
});

describe('a page of messages', () => {
  it('has the messages behind the given one, as many as fit, and at least one', () => {
    const large = Array.from({ length: 3 }, (_, index) => said(index + 1, '\u0001'.repeat(MAX_MESSAGE_BYTES)));
    const state = stateAfter([...running, ...large.map((one) => requestedOf(one, planning.phaseId))]);
    const page = (after?: string) => {
      const { messages, hasMore } = messagePageOf(state, { phaseId: planning.phaseId, after });
      return [...messages.map((one) => one.messageId), hasMore];
    };
    expect(page()).toEqual([idOf(1), true]);
    expect(page(idOf(2))).toEqual([idOf(3), false]);
    expect(page(idOf(9))).toEqual([idOf(1), true]);
    expect(messagePageOf(state, building)).toEqual({ messages: [], hasMore: false });
  });
});
