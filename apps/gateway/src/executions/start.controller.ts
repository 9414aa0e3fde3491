import { Controller } from '@nestjs/common';
import { executionIdOf, usdOf } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { Commands } from '../commands/commands';
import type { ApiRequest, ReplyOf } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { startExecution } from './executions.endpoints';

const { StartExecution } = workflowExecution.commands;

@Controller(API_PREFIXES)
export class StartController {
  constructor(private readonly commands: Commands) {}

  @Serve(startExecution)
  async start(request: ApiRequest<typeof startExecution>): Promise<ReplyOf<typeof startExecution>> {
    const { workflow_id } = request.params;
    const { inputs = {}, task, repos = [], provider, max_budget_usd } = request.body ?? {};
    const executionId = executionIdOf(request.origin.commandId);
    await this.commands.send(request, StartExecution, {
      executionId,
      workflowId: workflow_id,
      inputs,
      task: task ?? undefined,
      repos,
      provider: provider ?? undefined,
      maxBudgetUsd: max_budget_usd == null ? undefined : usdOf(max_budget_usd),
    });
    return { execution_id: executionId, workflow_id, status: 'started', message: 'Workflow execution started' };
  }
}
