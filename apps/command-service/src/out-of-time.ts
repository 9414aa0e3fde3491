import type { OutOfTime } from '@syntropic/budgets';
import { derivedUuid } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import type { SendCommand } from '@syntropic/processes';
import { ownOrigin } from './own-origin';

const CLOCK = '5d3c9f0a-7e52-5b1d-9c34-1f0e8a7b6c25';

/**
 * Sends `ExceedBudget` for an execution whose time is spent. The command id derives from the limit and the event since which its agents
 * run, so a repeated report records nothing more.
 */
export const outOfTime =
  (send: SendCommand) =>
  ({ executionId, clockAsOf, kind, limit, ...found }: OutOfTime): Promise<unknown> => {
    const { context, type } = workflowExecution.commands.ExceedBudget;
    const commandId = derivedUuid(CLOCK, executionId, kind, limit, clockAsOf);
    // The amount spent grows from look to look, and the report stays the same.
    const origin = ownOrigin('budget-clock', commandId, { executionId, kind, limit, clockAsOf });
    return send({ context, type, data: { ...found, executionId, kind, limit } }, origin);
  };
