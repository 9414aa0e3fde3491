import { budgetNumbers, PROVIDERS, RepositoryReference } from '@syntropic/orchestration/contracts';
import { PhaseId, WorkflowId } from '@syntropic/kernel';
import { z } from 'zod';
import { costFields, knownUsd, tokenFields, totalTokenFields } from '../display/usage-fields';
import { cutField } from '../reads/cut-mark';
import { BudgetLimitView } from './budget.dto';
import { ControlView } from './controls.dto';
import { At } from './moment';
import { MessageView } from './messages.dto';

/** The id, or its first characters. */
export const ExecutionParams = z.object({ execution_id: z.string().min(1) });
export const WorkflowExecutionParams = z.object({ workflow_id: z.string().min(1), execution_id: z.string().min(1) });
export const PhaseOfExecutionParams = z.object({ execution_id: z.string().min(1), phase_id: PhaseId });
/** An execution now, or as it stood at a moment. */
export const ExecutionQuery = z.object({ at: At.optional() });
export const StartParams = z.object({ workflow_id: WorkflowId });

export const StartRequest = z
  .strictObject({
    inputs: z.record(z.string(), z.string()).default({}),
    task: z.string().nullish(),
    repos: z.array(RepositoryReference.min(1)).max(100).default([]),
    provider: z.enum(PROVIDERS).nullish().meta({ description: 'Overrides the provider of every phase.' }),
    max_budget_usd: budgetNumbers.usd.nullish().meta({
      description: "Replaces the limit in dollars of the workflow's budget, and keeps its action, else `pause`.",
    }),
  })
  .meta({ id: 'ExecuteWorkflowRequest' });

export const StartedExecution = z
  .object({ execution_id: z.string(), workflow_id: z.string(), status: z.literal('started'), message: z.string() })
  .meta({ id: 'ExecuteWorkflowResponse' });

const asOf = {
  as_of: z
    .object({ position: z.string(), recorded_at: z.string() })
    .optional()
    .meta({ description: 'Of an answer for the past: the last event of the execution until then.' }),
};
const times = { started_at: z.string().nullable(), completed_at: z.string().nullable() };
const progress = { completed_phases: z.int(), total_phases: z.int() };
const identity = { workflow_execution_id: z.string(), workflow_id: z.string(), workflow_name: z.string() };

/** The parts of an execution that ran in an earlier one. Its own totals do not include them. */
const takenOver = {
  rerun_of: z.string().nullable().meta({ description: 'The execution that this one is a rerun of.' }),
  taken_over_phases: z.int().meta({ description: 'Phases that ran in an earlier execution.' }),
  taken_over_tokens: z.int(),
  taken_over_cost_usd: knownUsd,
  taken_over_cost_complete: z.boolean(),
};

const retries = {
  retry_at: z.string().nullable().meta({ description: 'When an interrupted execution is retried by itself.' }),
  automatic_retries: z.int().meta({ description: 'The automatic retries after interruptions so far.' }),
};

export const ExecutionSummary = z
  .object({
    ...identity,
    status: z.string(),
    ...times,
    ...progress,
    ...takenOver,
    ...totalTokenFields,
    total_tokens_display: z.string(),
    ...costFields,
    total_cost_display: z.string(),
    duration_seconds: z.number().nullable(),
    duration_display: z.string(),
    tool_call_count: z.int(),
    error_message: z.string().nullable(),
    repos: z.array(z.string()),
    repos_display: z.string().nullable(),
    ...cutField,
  })
  .meta({ id: 'ExecutionSummaryResponse' });
export type ExecutionSummary = z.infer<typeof ExecutionSummary>;

export const ExecutionList = z
  .object({ executions: z.array(ExecutionSummary), total: z.int(), page: z.int(), page_size: z.int() })
  .meta({ id: 'ExecutionListResponse' });

const PhaseOperation = z
  .object({
    operation_id: z.string(),
    operation_type: z.string(),
    timestamp: z.string().nullable(),
    tool_name: z.string().nullable(),
    tool_use_id: z.string().nullable(),
    success: z.boolean(),
  })
  .meta({ id: 'PhaseOperationInfo' });

const ForkOf = z
  .object({
    execution_id: z.string(),
    phase_id: z.string(),
    session_id: z.string(),
    entry_id: z.string().nullable(),
    ...tokenFields,
    cost_usd: knownUsd,
    cost_complete: z.boolean(),
  })
  .meta({
    id: 'ForkOfInfo',
    description:
      'The session with which a fork began, and what it had used until there. The sums of the fork do not include it.',
  });

const TakenOverPhase = z
  .object({ execution_id: z.string(), ...tokenFields, cost_usd: knownUsd, cost_complete: z.boolean() })
  .meta({
    id: 'TakenOverPhaseInfo',
    description: 'The execution in which the phase ran, and what its session used there. The sums of the phase are 0.',
  });

const PhaseOfExecution = z
  .object({
    phase_id: z.string(),
    name: z.string(),
    status: z.string(),
    attempt: z.int(),
    agent_provider: z.string(),
    session_id: z.string().nullable(),
    artifact_id: z.string().nullable(),
    taken_over: TakenOverPhase.nullable(),
    ...tokenFields,
    duration_seconds: z.number(),
    cost_usd: knownUsd,
    cost_by_model: z.record(z.string(), z.string()),
    ...times,
    error_message: z.string().nullable(),
    model: z.string().nullable(),
    operations: z.array(PhaseOperation),
    truncated: z
      .literal(true)
      .optional()
      .meta({ description: 'Not all of this phase has room here; `/sessions/{session_id}` has it.' }),
  })
  .meta({ id: 'PhaseExecutionInfo' });

export const ExecutionDetail = z
  .object({
    ...identity,
    status: z.string(),
    ...takenOver,
    ...retries,
    fork_of: ForkOf.nullable(),
    reruns: z.array(z.string()).meta({ description: 'The newest 100 executions that are reruns of this one.' }),
    asked: z.enum(['pause', 'interrupt', 'cancel']).nullable(),
    reason: z.string().nullable(),
    controls: z.array(ControlView).meta({ description: 'The newest request of each control, oldest first.' }),
    messages: z.array(MessageView).meta({
      description:
        'The newest 20 messages, each with its beginning; `/executions/{execution_id}/messages` has all of them.',
    }),
    message_count: z.int(),
    budget: z.array(BudgetLimitView).nullable().meta({ description: 'Null without a budget.' }),
    ...times,
    ...progress,
    phases: z.array(PhaseOfExecution),
    ...totalTokenFields,
    ...costFields,
    cost_by_model: z.record(z.string(), z.string()),
    tool_call_count: z.int(),
    total_duration_seconds: z.number(),
    artifact_ids: z.array(z.string()).meta({
      description: 'At most 1,000, of the newest attempts; `/artifacts?execution_id=` lists all, in pages.',
    }),
    error_message: z.string().nullable(),
    inputs: z.record(z.string(), z.string()),
    task: z.string().nullable(),
    repos: z.array(z.string()),
    ...asOf,
  })
  .meta({ id: 'ExecutionDetailResponse' });
export type ExecutionDetail = z.infer<typeof ExecutionDetail>;

export const ExecutionStatus = z
  .object({
    execution_id: z.string(),
    workflow_id: z.string(),
    status: z.string(),
    current_phase: z.string().nullable(),
    ...progress,
    ...times,
    error: z.string().nullable(),
    ...cutField,
  })
  .meta({ id: 'ExecutionStatusResponse' });
export type ExecutionStatus = z.infer<typeof ExecutionStatus>;

export const ActiveExecutions = z.array(ExecutionStatus);

const ExecutionRun = z
  .object({
    ...identity,
    status: z.string(),
    ...times,
    ...progress,
    total_tokens: z.int(),
    ...costFields,
    error_message: z.string().nullable(),
    ...cutField,
  })
  .meta({ id: 'ExecutionRunSummary' });
export type ExecutionRun = z.infer<typeof ExecutionRun>;

export const ExecutionRuns = z
  .object({ runs: z.array(ExecutionRun), total: z.int(), workflow_id: z.string(), workflow_name: z.string() })
  .meta({ id: 'ExecutionRunListResponse' });

export const ExecutionHistory = z
  .object({
    workflow_id: z.string(),
    workflow_name: z.string(),
    executions: z.array(z.record(z.string(), z.unknown())),
    total_executions: z.int(),
  })
  .meta({ id: 'ExecutionHistoryResponse' });

export const ExecutionState = z
  .object({
    execution_id: z.string(),
    state: z.string(),
    ...z.object(takenOver).partial().shape,
    ...z.object(retries).partial().shape,
    controls: z.array(ControlView).optional(),
    fork_of: ForkOf.nullish(),
    ...asOf,
  })
  .meta({ id: 'StateResponse', description: 'Reruns name what they took over, interrupted executions their retry.' });
export type ExecutionState = z.infer<typeof ExecutionState>;
