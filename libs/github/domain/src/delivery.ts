import {
  delivery as contract,
  factsOf,
  inputsFrom,
  isMatch,
  matchOf,
  type DeliveryEvent,
} from '@syntropic/github/contracts';
import { aggregate, byHandler, derivedUuid, executionIdOf, type CommandsOf, type TriggerId } from '@syntropic/kernel';
import type { ActiveRule } from './trigger-state';

/** A delivery is accepted once, with the rules that matched it then. */
export type Delivery = Readonly<{ status: 'unknown' } | ({ status: 'accepted' } & DeliveryEvent['data'])>;

type AcceptDelivery = CommandsOf<typeof contract>['AcceptDelivery'];

/** A rule that is active now, by its id. */
export type Candidate = readonly [triggerId: TriggerId, rule: ActiveRule];

const EXECUTIONS = '1b0a2f58-6f0f-5d2e-9c7a-64a1f2f0a2c4';

/** Records the delivery with its matches and their inputs, and not the payload. Without a match there is nothing to record. */
export function acceptDelivery(
  delivery: Delivery,
  { deliveryId, event, repository }: AcceptDelivery,
  payload: unknown,
  candidates: readonly Candidate[],
): readonly DeliveryEvent[] {
  if (delivery.status === 'accepted') return [];
  const matching = candidates.filter(([, rule]) => isMatch(matchOf(rule, event, payload)));
  if (matching.length === 0) return [];

  const matches = matching.map(([triggerId, { inputMapping }]) => ({
    triggerId,
    executionId: executionIdOf(derivedUuid(EXECUTIONS, deliveryId, triggerId)),
    inputs: inputsFrom(inputMapping, payload),
  }));
  return [{ type: 'DeliveryAccepted', data: { deliveryId, event, repository, ...factsOf(payload), matches } }];
}

const evolve = (_: Delivery, { data }: DeliveryEvent): Delivery => ({ status: 'accepted', ...data });

export const Delivery = aggregate(contract, {
  initial: { status: 'unknown' },
  evolve,
  decisions: { acceptDelivery: byHandler(acceptDelivery) },
});
