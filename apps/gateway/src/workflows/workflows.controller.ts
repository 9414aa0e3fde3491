import { Controller } from '@nestjs/common';
import { workflowProjection } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import type { ApiRequest, ReplyOf } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { orderOf } from '../http/sort-order';
import { invalidRequest } from '../problems/problem';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { WorkflowChanges } from './workflow-changes';
import { definitionOf } from './workflow-definition-of';
import { WORKFLOW } from './workflow-lookup';
import { workflowSummary, workflowView } from './workflow-view';
import { WorkflowYamlThread } from './yaml/workflow-yaml-thread';
import { WorkflowListQuery } from './workflows.dto';
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
    private readonly yaml: WorkflowYamlThread,
    private readonly changes: WorkflowChanges,
  ) {}

  @Serve(listWorkflows)
  async list(request: ApiRequest<typeof listWorkflows>) {
    const { query, minPosition } = request;
    const { page, page_size, workflow_type, include_archived, order_by = '-created_at' } = query;
    const { place, tellNext } = pageIn(listWorkflows, request);
    const { rows, total, next } = await this.reads.page(workflowProjection, {
      where: { workflow_type, is_archived: include_archived ? undefined : false },
      orderBy: [orderOf(order_by)],
      ...place,
      isFront: isFrontPage(WorkflowListQuery, query),
      minPosition,
    });
    tellNext(next);
    return { workflows: rows.map(workflowSummary), total, page, page_size };
  }

  @Serve(createWorkflow)
  create(request: ApiRequest<typeof createWorkflow>) {
    return this.changes.create(request, definitionOf(request.body, request.origin.commandId));
  }

  @Serve(validateWorkflow)
  async validate({ body }: ApiRequest<typeof validateWorkflow>): Promise<ReplyOf<typeof validateWorkflow>> {
    const parsed = await this.yaml.read(body.content);
    if ('faults' in parsed) {
      const errors = parsed.faults.map(({ line, field, message }) => `line ${line}: ${field}: ${message}`);
      return { valid: false, name: '', workflow_type: '', phase_count: 0, errors, faults: [...parsed.faults] };
    }
    const { name, workflowType, phases } = parsed.definition;
    return { valid: true, name, workflow_type: workflowType, phase_count: phases.length, errors: [], faults: [] };
  }

  @Serve(createWorkflowFromYaml)
  async createFromYaml(request: ApiRequest<typeof createWorkflowFromYaml>) {
    const parsed = await this.yaml.read(request.body);
    if ('faults' in parsed) throw invalidRequest(parsed.faults);

    const { name = parsed.definition.name, workflow_id = parsed.workflowId } = request.query;
    return this.changes.create(request, { ...parsed.definition, name, workflowId: workflow_id });
  }

  @Serve(readWorkflow)
  async read(request: ApiRequest<typeof readWorkflow>) {
    return workflowView(await this.lookup.find(WORKFLOW, request.params.workflow_id, request));
  }

  @Serve(archiveWorkflow)
  async archive(request: ApiRequest<typeof archiveWorkflow>): Promise<ReplyOf<typeof archiveWorkflow>> {
    const { workflow_id } = request.params;
    await this.changes.archive(request, workflow_id);
    return { workflow_id, status: 'archived' };
  }

  @Serve(updatePhase)
  async updatePhase(request: ApiRequest<typeof updatePhase>): Promise<ReplyOf<typeof updatePhase>> {
    const { workflow_id, phase_id } = request.params;
    const { prompt_template, model, timeout_seconds, allowed_tools } = request.body;
    await this.changes.updatePhase(request, {
      workflowId: workflow_id,
      phaseId: phase_id,
      promptTemplate: prompt_template,
      model,
      timeoutSeconds: timeout_seconds,
      allowedTools: allowed_tools,
    });
    return { workflow_id, phase_id, status: 'updated' };
  }
}
