import { Claims, InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import { MAX_TRIGGERS, triggerRule, type TriggerEvent } from '@syntropic/github/contracts';
import { registerTrigger, TriggerRule } from '@syntropic/github/domain';
import { refusing, triggersOfRepository, type Aggregates, type Command, type Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import type { WorkflowEvent } from '@syntropic/orchestration/contracts';
import { WorkflowView } from '../workflow.view';

type RegisterTrigger = typeof triggerRule.commands.RegisterTrigger;

const refuse = refusing(triggerRule);

@Handles(triggerRule.commands.RegisterTrigger)
export class RegisterTriggerHandler implements Handler<RegisterTrigger> {
  constructor(
    @InjectAggregates(TriggerRule) private readonly rules: Aggregates<TriggerRule, TriggerEvent>,
    @InjectAggregates(WorkflowView) private readonly workflows: Aggregates<WorkflowView, WorkflowEvent>,
    private readonly claims: Claims,
  ) {}

  /** Decides again when the workflow has changed before the append. */
  async execute({ data, context }: Command<RegisterTrigger>): Promise<Outcome> {
    // Two registrations at the same moment may exceed the bound by one, which evaluation allows for.
    const present = await this.claims.keysIn(triggersOfRepository(data.repository), MAX_TRIGGERS);
    return retryOnConflict(async () => {
      const workflow = await this.workflows.load(data.workflowId);
      return this.rules.update(
        data.triggerId,
        context,
        (rule) => {
          if (present.length >= MAX_TRIGGERS) {
            throw refuse('too_many', `${data.repository} has ${present.length} active triggers`);
          }
          return registerTrigger(rule, data, workflow.state);
        },
        [workflow],
      );
    });
  }
}
