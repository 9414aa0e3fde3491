import { Claims, InjectAggregates } from '@syntropic/event-store';
import { triggerRule, type DeliveryEvent, type TriggerEvent } from '@syntropic/github/contracts';
import { Delivery, fireTrigger, targetOf, TriggerRule } from '@syntropic/github/domain';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import { runningScope } from '@syntropic/orchestration/contracts';

type FireTrigger = typeof triggerRule.commands.FireTrigger;

@Handles(triggerRule.commands.FireTrigger)
export class FireTriggerHandler implements Handler<FireTrigger> {
  constructor(
    @InjectAggregates(TriggerRule) private readonly rules: Aggregates<TriggerRule, TriggerEvent>,
    @InjectAggregates(Delivery) private readonly deliveries: Aggregates<Delivery, DeliveryEvent>,
    private readonly claims: Claims,
  ) {}

  async execute({ data, context }: Command<FireTrigger>): Promise<Outcome> {
    const [{ state: delivery }, { state: rule }] = await Promise.all([
      this.deliveries.load(data.deliveryId),
      this.rules.load(data.triggerId),
    ]);
    if (delivery.status === 'unknown') throw new Error(`the log lacks the delivery ${data.deliveryId}`);

    const isRunning = await this.#isRunning(rule, delivery.prNumber);
    return this.rules.update(data.triggerId, context, (current) => fireTrigger(current, data, delivery, isRunning));
  }

  /** An execution that has not ended is claimed for its workflow. */
  async #isRunning(rule: TriggerRule, prNumber: number | undefined): Promise<boolean> {
    if (!('firings' in rule)) return false;
    const { executionId } = targetOf(rule.firings, prNumber);
    return executionId !== undefined && (await this.claims.isClaimed(runningScope(rule.workflowId), executionId));
  }
}
