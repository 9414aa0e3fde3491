import { InjectAggregates, retryOnConflict } from '@syntropic/event-store';
import { triggerRule, type TriggerEvent } from '@syntropic/github/contracts';
import { resumeTrigger, TriggerRule } from '@syntropic/github/domain';
import type { Aggregates, Command, Outcome } from '@syntropic/kernel';
import { Handles, type Handler } from '@syntropic/messaging';
import type { WorkflowEvent } from '@syntropic/orchestration/contracts';
import { WorkflowView } from '../workflow.view';

type ResumeTrigger = typeof triggerRule.commands.ResumeTrigger;

@Handles(triggerRule.commands.ResumeTrigger)
export class ResumeTriggerHandler implements Handler<ResumeTrigger> {
  constructor(
    @InjectAggregates(TriggerRule) private readonly rules: Aggregates<TriggerRule, TriggerEvent>,
    @InjectAggregates(WorkflowView) private readonly workflows: Aggregates<WorkflowView, WorkflowEvent>,
  ) {}

  /** A workflow that was archived while the rule was paused starts nothing again. */
  execute({ data, context }: Command<ResumeTrigger>): Promise<Outcome> {
    return retryOnConflict(async () => {
      const { state: rule } = await this.rules.load(data.triggerId);
      const workflow = 'workflowId' in rule ? await this.workflows.load(rule.workflowId) : undefined;
      return this.rules.update(
        data.triggerId,
        context,
        (current) => resumeTrigger(current, data, workflow?.state ?? WorkflowView.initial),
        workflow ? [workflow] : [],
      );
    });
  }
}
