import { Claims, InjectAggregates } from '@syntropic/event-store';
import { delivery, type DeliveryEvent, type TriggerEvent } from '@syntropic/github/contracts';
import { acceptDelivery, Delivery, TriggerRule, type Candidate } from '@syntropic/github/domain';
import {
  refusing,
  TriggerId,
  triggersOfRepository,
  type Aggregates,
  type AnswerOf,
  type Command,
} from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';

type AcceptDelivery = typeof delivery.commands.AcceptDelivery;

/** More than registrations allow, as some may come at the same moment; the event of all their matches stays below 2 MiB. */
const MOST_CANDIDATES = 60;

const refuse = refusing(delivery);

@Handles(delivery.commands.AcceptDelivery)
export class AcceptDeliveryHandler implements Handler<AcceptDelivery> {
  constructor(
    @InjectAggregates(Delivery) private readonly deliveries: Aggregates<Delivery, DeliveryEvent>,
    @InjectAggregates(TriggerRule) private readonly rules: Aggregates<TriggerRule, TriggerEvent>,
    private readonly claims: Claims,
  ) {}

  /** The claims of the log name the active rules, so that none is missed. A delivery that comes again gets its first answer. */
  async execute({ data, context }: Command<AcceptDelivery>): Promise<AnswerOf<AcceptDelivery>> {
    const payload = payloadOf(data.payload);
    const candidates = await this.#candidatesFor(data.repository);
    const outcome = await this.deliveries.update(data.deliveryId, context, (state) =>
      acceptDelivery(state, data, payload, candidates),
    );
    const { state } = await this.deliveries.load(data.deliveryId);
    const matched = state.status === 'accepted' ? state.matches.map(({ triggerId }) => triggerId) : [];
    return { ...outcome, matched };
  }

  async #candidatesFor(repository: string): Promise<readonly Candidate[]> {
    const ids = await this.claims.keysIn(triggersOfRepository(repository), MOST_CANDIDATES);
    const found = await Promise.all(
      ids.map(async (id): Promise<readonly Candidate[]> => {
        const { state } = await this.rules.load(id);
        return state.status === 'active' ? [[TriggerId.parse(id), state]] : [];
      }),
    );
    return found.flat();
  }
}

function payloadOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw refuse('malformed', `the payload is not JSON: ${(error as Error).message}`, 'payload');
  }
}
