import { endpoint } from '../http/endpoint';
import {
  ArchivedWorkflow,
  CreatedWorkflow,
  CreateWorkflowRequest,
  ExactWorkflowParams,
  ExportManifest,
  ExportQuery,
  FromYamlQuery,
  ImportWorkflowRequest,
  PhaseParams,
  UpdatedPhase,
  UpdatePhaseRequest,
  ValidateYamlReply,
  ValidateYamlRequest,
  WorkflowList,
  WorkflowListQuery,
  WorkflowParams,
  WorkflowView,
} from './workflows.dto';

export const listWorkflows = endpoint({
  method: 'GET',
  path: '/workflows',
  access: 'viewer',
  summary: 'The workflows, filtered, sorted and paged',
  query: WorkflowListQuery,
  reply: WorkflowList,
});

export const createWorkflow = endpoint({
  method: 'POST',
  path: '/workflows',
  access: 'operator',
  summary: 'Creates a workflow',
  body: CreateWorkflowRequest,
  reply: CreatedWorkflow,
  status: 201,
});

export const validateWorkflow = endpoint({
  method: 'POST',
  path: '/workflows/validate',
  access: 'operator',
  summary: 'Validates a YAML workflow without creating it',
  body: ValidateYamlRequest,
  reply: ValidateYamlReply,
});

export const createWorkflowFromYaml = endpoint({
  method: 'POST',
  path: '/workflows/from-yaml',
  access: 'operator',
  summary: 'Creates a workflow from YAML; every fault names its line and field',
  query: FromYamlQuery,
  yaml: true,
  reply: CreatedWorkflow,
  status: 201,
});

export const importWorkflow = endpoint({
  method: 'POST',
  path: '/workflows/import',
  access: 'operator',
  summary: 'Creates a workflow from the files of a package, such as `export` gives; prompts are in files of their own',
  body: ImportWorkflowRequest,
  reply: CreatedWorkflow,
  status: 201,
});

export const exportWorkflow = endpoint({
  method: 'GET',
  path: '/workflows/{workflow_id}/export',
  access: 'viewer',
  summary: 'A workflow as the files of a package, from which it can be imported as it is',
  params: WorkflowParams,
  query: ExportQuery,
  reply: ExportManifest,
});

export const readWorkflow = endpoint({
  method: 'GET',
  path: '/workflows/{workflow_id}',
  access: 'viewer',
  summary: 'One workflow with its phases',
  params: WorkflowParams,
  reply: WorkflowView,
});

export const archiveWorkflow = endpoint({
  method: 'DELETE',
  path: '/workflows/{workflow_id}',
  access: 'operator',
  summary: 'Archives a workflow that has no active execution',
  params: ExactWorkflowParams,
  reply: ArchivedWorkflow,
  also: { 404: 'There is no such workflow', 409: 'Executions of it are under way, or it is already archived' },
});

export const updatePhase = endpoint({
  method: 'PUT',
  path: '/workflows/{workflow_id}/phases/{phase_id}',
  access: 'operator',
  summary: 'Changes the prompt of a phase, for executions that start later',
  params: PhaseParams,
  body: UpdatePhaseRequest,
  reply: UpdatedPhase,
});
