import { Injectable } from '@nestjs/common';
import type { InputOf, WorkflowId } from '@syntropic/kernel';
import { workflowTemplate } from '@syntropic/orchestration/contracts';
import { Commands } from '../commands/commands';
import type { ApiRequest } from '../http/endpoint';
import type { CreatedWorkflow } from './workflows.dto';

const { ArchiveWorkflow, CreateWorkflow, UpdatePhasePrompt } = workflowTemplate.commands;

type Request = Pick<ApiRequest, 'origin' | 'reply'>;

/** Creates workflows, however they were described, and changes them. */
@Injectable()
export class WorkflowChanges {
  constructor(private readonly commands: Commands) {}

  async create(request: Request, definition: InputOf<typeof CreateWorkflow>): Promise<CreatedWorkflow> {
    await this.commands.send(request, CreateWorkflow, definition);
    return {
      id: definition.workflowId,
      name: definition.name,
      workflow_type: definition.workflowType ?? 'custom',
      classification: definition.classification ?? 'standard',
      repository_url: definition.repositoryUrl ?? '',
      requires_repos: definition.requiresRepos ?? true,
      status: 'created',
    };
  }

  async archive(request: Request, workflowId: WorkflowId): Promise<void> {
    await this.commands.send(request, ArchiveWorkflow, { workflowId });
  }

  async updatePhase(request: Request, changes: InputOf<typeof UpdatePhasePrompt>): Promise<void> {
    await this.commands.send(request, UpdatePhasePrompt, changes);
  }
}
