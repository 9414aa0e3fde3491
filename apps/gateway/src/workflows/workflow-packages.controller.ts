import { Controller } from '@nestjs/common';
import { jsonBytes, WorkflowId } from '@syntropic/kernel';
import { MAX_ANSWER_BYTES } from '../http/answer-bytes';
import type { ApiRequest, ReplyOf } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { invalidRequest, Problem } from '../problems/problem';
import { RowLookup } from '../reads/row-lookup';
import { WorkflowChanges } from './workflow-changes';
import { documentIn } from './workflow-files';
import { WORKFLOW } from './workflow-lookup';
import { WorkflowYamlThread } from './yaml/workflow-yaml-thread';
import { exportWorkflow, importWorkflow } from './workflows.endpoints';

/** The rest of an answer is room for names. */
const LARGEST_FILES = MAX_ANSWER_BYTES - 16 * 1024;

/** Workflows as packages of files. */
@Controller(API_PREFIXES)
export class WorkflowPackagesController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly changes: WorkflowChanges,
    private readonly yaml: WorkflowYamlThread,
  ) {}

  /** Also of an archived workflow. */
  @Serve(exportWorkflow)
  async export(request: ApiRequest<typeof exportWorkflow>): Promise<ReplyOf<typeof exportWorkflow>> {
    const { format } = request.query;
    const { workflow_id, name, definition } = await this.lookup.find(WORKFLOW, request.params.workflow_id, request);
    const files = await this.yaml.write({ id: WorkflowId.parse(workflow_id), definition, format });
    // Longer answers are cut, and a package that is cut is another one.
    if (!files || jsonBytes(files) > LARGEST_FILES) {
      throw new Problem('workflow.package_too_large', `the package has more than ${LARGEST_FILES} bytes as JSON`);
    }
    return { format, workflow_id, workflow_name: name, files: { ...files } };
  }

  @Serve(importWorkflow)
  async import(request: ApiRequest<typeof importWorkflow>): Promise<ReplyOf<typeof importWorkflow>> {
    const { files } = request.body;
    const { text, directory } = documentIn(files);
    const parsed = await this.yaml.read(text, { files, directory });
    if ('faults' in parsed) throw invalidRequest(parsed.faults);

    const { name = parsed.definition.name, workflow_id = parsed.workflowId } = request.body;
    return this.changes.create(request, { ...parsed.definition, name, workflowId: workflow_id });
  }
}
