import type { DeliveryEvent } from '@syntropic/github/contracts';
import { TriggerId } from '@syntropic/kernel';
import { specificationOf } from '@syntropic/kernel/testing';
import { acceptDelivery, Delivery, type Candidate } from './delivery';
import { deliveryId, registered, registration, repository, triggerId, type Registration } from './testing/rule-facts';
import { TriggerRule } from './trigger-rule';

const { given } = specificationOf(Delivery);

const other = TriggerId.parse('tr-76543210');
const candidate = (id: TriggerId, own: Partial<Registration> = {}): Candidate => {
  const rule = TriggerRule.evolve(TriggerRule.initial, registered(own));
  if (rule.status !== 'active') throw new Error('a registered rule is active');
  return [id, rule];
};

const command = { deliveryId: deliveryId(1), event: 'check_run.completed', repository, payload: '' };
const payload = {
  check_run: { conclusion: 'failure', head: 'fix', pull_requests: [{ number: 7 }] },
  sender: { login: 'ada' },
};

const accepted = (...ids: readonly TriggerId[]): DeliveryEvent => ({
  type: 'DeliveryAccepted',
  data: {
    deliveryId: deliveryId(1),
    event: command.event,
    repository,
    prNumber: 7,
    sender: 'ada',
    matches: ids.map((id) => ({
      triggerId: id,
      executionId: expect.stringMatching(/^exec-[0-9a-f]{12}$/) as never,
      inputs: { branch: 'fix' },
    })),
  },
});

describe('a delivery', () => {
  it('is accepted with every rule that it matches, each with an execution of its own', () => {
    const rules = [candidate(triggerId), candidate(other)];
    given().when(acceptDelivery, command, payload, rules).then(accepted(triggerId, other));
    const [event] = acceptDelivery(Delivery.initial, command, payload, rules);
    expect(new Set(event?.data.matches.map(({ executionId }) => executionId)).size).toBe(2);
  });

  it('that matches no rule is not recorded', () => {
    given().when(acceptDelivery, command, payload, []).thenNothing();
    const success = { check_run: { ...payload.check_run, conclusion: 'success' } };
    given()
      .when(acceptDelivery, command, success, [candidate(triggerId)])
      .thenNothing();
    given()
      .when(acceptDelivery, { ...command, event: 'check_run.created' }, payload, [candidate(triggerId)])
      .thenNothing();
  });

  it('matches rules for all actions of its type, and not those of a longer name', () => {
    given()
      .when(acceptDelivery, command, payload, [candidate(triggerId, { event: 'check_run' })])
      .then(accepted(triggerId));
    given()
      .when(acceptDelivery, command, payload, [candidate(triggerId, { event: 'check' })])
      .thenNothing();
  });

  it('is accepted once', () => {
    const before: DeliveryEvent = {
      type: 'DeliveryAccepted',
      data: { deliveryId: deliveryId(1), event: registration.event, repository, matches: [] },
    };
    given(before)
      .when(acceptDelivery, command, payload, [candidate(triggerId)])
      .thenNothing();
  });
});
