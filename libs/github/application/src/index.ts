import { context } from '@syntropic/context';
import { Delivery, Installation, TriggerRule } from '@syntropic/github/domain';
import { AcceptDeliveryHandler } from './commands/accept-delivery.handler';
import { DispatchTriggerHandler } from './commands/dispatch-trigger.handler';
import { FireTriggerHandler } from './commands/fire-trigger.handler';
import { RegisterTriggerHandler } from './commands/register-trigger.handler';
import { ResumeTriggerHandler } from './commands/resume-trigger.handler';
import { fireTriggers } from './processes/fire-triggers.process';
import { WorkflowView } from './workflow.view';

export const github = context({
  aggregates: [Installation, TriggerRule, Delivery],
  views: [WorkflowView],
  handlers: [
    RegisterTriggerHandler,
    ResumeTriggerHandler,
    AcceptDeliveryHandler,
    FireTriggerHandler,
    DispatchTriggerHandler,
  ],
  processes: [fireTriggers],
});
