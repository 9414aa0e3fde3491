import { Controller } from '@nestjs/common';
import {
  ArchiveWorkflow,
  CreateWorkflow,
  parseWorkflowYaml,
  UpdatePhasePrompt,
} from '@syntropic/orchestration/contracts';
import { workflowProjection } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import type { z } from 'zod';
import { Commands } from '../commands/commands';
import type { Ask, ReplyOf } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { invalidRequest } from '../problems/problem';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { definitionOf } from './workflow-definition-of';
import { WORKFLOW } from './workflow-lookup';
import { workflowSummary, workflowView } from './workflow-view';
import { WorkflowListQuery, type OrderBy, type WorkflowColumn } from './workflows.dto';
import {
  archiveWorkflow,
  createWorkflow,
  createWorkflowFromYaml,
  listWorkflows,
  readWorkflow,
  updatePhase,
  validateWorkflow,
} from './workflows.endpoints';

@Controller(API_PREFIXES)
export class WorkflowsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly commands: Commands,
  ) {}

  @Serve(listWorkflows)
  async list({ query, minPosition }: Ask<typeof listWorkflows>) {
    const { page, page_size, workflow_type, include_archived, order_by = '-created_at' } = query;
    const { rows, total } = await this.reads.page(workflowProjection, {
      where: { workflow_type, is_archived: include_archived ? undefined : false },
      orderBy: [orderOf(order_by)],
      limit: page_size,
      offset: (page - 1) * page_size,
      isFront: isFrontPage(WorkflowListQuery, query),
      minPosition,
    });
    return { workflows: rows.map(workflowSummary), total, page, page_size };
  }

  @Serve(createWorkflow)
  create(ask: Ask<typeof createWorkflow>) {
    return this.#create(ask, definitionOf(ask.body, ask.origin.commandId));
  }

  @Serve(validateWorkflow)
  validate({ body }: Ask<typeof validateWorkflow>): ReplyOf<typeof validateWorkflow> {
    const parsed = parseWorkflowYaml(body.content);
    if ('faults' in parsed) {
      const errors = parsed.faults.map(({ line, field, message }) => `line ${line}: ${field}: ${message}`);
      return { valid: false, name: '', workflow_type: '', phase_count: 0, errors, faults: [...parsed.faults] };
    }
    const { name, workflowType, phases } = parsed.definition;
    return { valid: true, name, workflow_type: workflowType, phase_count: phases.length, errors: [], faults: [] };
  }

  @Serve(createWorkflowFromYaml)
  createFromYaml(ask: Ask<typeof createWorkflowFromYaml>) {
    const parsed = parseWorkflowYaml(ask.body);
    if ('faults' in parsed) throw invalidRequest(parsed.faults);

    const { name = parsed.definition.name, workflow_id = parsed.workflowId } = ask.query;
    return this.#create(ask, { ...parsed.definition, name, workflowId: workflow_id });
  }

  @Serve(readWorkflow)
  async read(ask: Ask<typeof readWorkflow>) {
    return workflowView(await this.lookup.find(WORKFLOW, ask.params.workflow_id, ask));
  }

  @Serve(archiveWorkflow)
  async archive(ask: Ask<typeof archiveWorkflow>): Promise<ReplyOf<typeof archiveWorkflow>> {
    const { workflow_id } = ask.params;
    await this.commands.send(ask, 'orchestration', ArchiveWorkflow, { workflowId: workflow_id });
    return { workflow_id, status: 'archived' };
  }

  @Serve(updatePhase)
  async updatePhase(ask: Ask<typeof updatePhase>): Promise<ReplyOf<typeof updatePhase>> {
    const { workflow_id, phase_id } = ask.params;
    const { prompt_template, model, timeout_seconds, allowed_tools } = ask.body;
    await this.commands.send(ask, 'orchestration', UpdatePhasePrompt, {
      workflowId: workflow_id,
      phaseId: phase_id,
      promptTemplate: prompt_template,
      model,
      timeoutSeconds: timeout_seconds,
      allowedTools: allowed_tools,
    });
    return { workflow_id, phase_id, status: 'updated' };
  }

  async #create(
    ask: Ask<typeof createWorkflow> | Ask<typeof createWorkflowFromYaml>,
    definition: z.input<typeof CreateWorkflow.schema>,
  ): Promise<ReplyOf<typeof createWorkflow>> {
    await this.commands.send(ask, 'orchestration', CreateWorkflow, definition);
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
}

function orderOf(order: OrderBy): readonly [WorkflowColumn, 'asc' | 'desc'] {
  // What follows the sign is one of the columns: the schema has no other values.
  return order.startsWith('-') ? [order.slice(1) as WorkflowColumn, 'desc'] : [order as WorkflowColumn, 'asc'];
}
