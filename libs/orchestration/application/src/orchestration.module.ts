import { Module } from '@nestjs/common';
import { EventStoreModule } from '@syntropic/event-store';
import { WorkflowExecution, WorkflowTemplate, Workspace } from '@syntropic/orchestration/domain';
import { workHandlers } from './commands/work.handlers';
import { workflowExecutionHandlers } from './commands/workflow-execution.handlers';
import { workflowTemplateHandlers } from './commands/workflow-template.handlers';
import { workspaceHandlers } from './commands/workspace.handlers';

@Module({
  imports: [EventStoreModule.forFeature(WorkflowTemplate, WorkflowExecution, Workspace)],
  providers: [...workflowTemplateHandlers, ...workflowExecutionHandlers, ...workspaceHandlers, ...workHandlers],
})
export class OrchestrationModule {}
