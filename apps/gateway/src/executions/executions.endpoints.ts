import { endpoint } from '../http/endpoint';
import { ActiveQuery, ExecutionListQuery, RunsQuery } from './execution-lists.dto';
import {
  ActiveExecutions,
  ExecutionDetail,
  ExecutionHistory,
  ExecutionList,
  ExecutionParams,
  ExecutionQuery,
  ExecutionRuns,
  ExecutionState,
  ExecutionStatus,
  StartedExecution,
  StartParams,
  StartRequest,
  WorkflowExecutionParams,
} from './executions.dto';
import { MessageList, MessageListQuery } from './messages.dto';
import { WorkflowParams } from '../workflows/workflows.dto';

const NOT_MODIFIED = { 304: 'The client has the answer with this `ETag` already' };

export const startExecution = endpoint({
  method: 'POST',
  path: '/workflows/{workflow_id}/execute',
  access: 'operator',
  summary: 'Starts an execution of a workflow',
  params: StartParams,
  body: StartRequest.optional(),
  reply: StartedExecution,
});

export const listRuns = endpoint({
  method: 'GET',
  path: '/workflows/{workflow_id}/runs',
  access: 'viewer',
  summary: 'The executions of a workflow, newest first',
  params: WorkflowParams,
  query: RunsQuery,
  reply: ExecutionRuns,
});

export const readHistory = endpoint({
  method: 'GET',
  path: '/workflows/{workflow_id}/history',
  access: 'viewer',
  summary: 'The executions of a workflow in an older format; `runs` has more fields',
  params: WorkflowParams,
  query: RunsQuery,
  reply: ExecutionHistory,
});

export const readWorkflowExecution = endpoint({
  method: 'GET',
  path: '/workflows/{workflow_id}/executions/{execution_id}',
  access: 'viewer',
  summary: 'The status of an execution of this workflow',
  params: WorkflowExecutionParams,
  reply: ExecutionStatus,
});

export const listActive = endpoint({
  method: 'GET',
  path: '/workflows/executions/active',
  access: 'viewer',
  summary: 'The executions that have not ended, newest first',
  query: ActiveQuery,
  reply: ActiveExecutions,
});

export const listExecutions = endpoint({
  method: 'GET',
  path: '/executions',
  access: 'viewer',
  summary: 'The executions, newest first',
  query: ExecutionListQuery,
  reply: ExecutionList,
  also: NOT_MODIFIED,
});

export const readExecution = endpoint({
  method: 'GET',
  path: '/executions/{execution_id}',
  access: 'viewer',
  summary: 'One execution with its phases, their usage and their operations, now or at a moment of its past',
  params: ExecutionParams,
  query: ExecutionQuery,
  reply: ExecutionDetail,
  also: NOT_MODIFIED,
});

export const readState = endpoint({
  method: 'GET',
  path: '/executions/{execution_id}/state',
  access: 'viewer',
  summary: 'The state of an execution, now or at a moment of its past',
  params: ExecutionParams,
  query: ExecutionQuery,
  reply: ExecutionState,
});

export const listMessages = endpoint({
  method: 'GET',
  path: '/executions/{execution_id}/messages',
  access: 'viewer',
  summary: 'The messages injected into an execution, newest first, with what became of each',
  params: ExecutionParams,
  query: MessageListQuery,
  reply: MessageList,
});
