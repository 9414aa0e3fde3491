import { endpoint } from '../http/endpoint';
import { BudgetRequest } from './budget.dto';
import {
  CancelRequest,
  ExecutionRequestReply,
  ForkReply,
  ForkRequest,
  InjectRequest,
  InterruptRequest,
  PauseRequest,
  RejectRequest,
  RerunReply,
  RerunRequest,
} from './execution-requests.dto';
import { ExecutionParams, PhaseOfExecutionParams } from './executions.dto';

const request = { method: 'POST', access: 'operator', params: ExecutionParams, reply: ExecutionRequestReply } as const;

const also = { 400: 'The execution is in a state where this cannot be done' };

export const pauseExecution = endpoint({
  ...request,
  path: '/executions/{execution_id}/pause',
  summary: 'Pauses an execution at its next yield point',
  body: PauseRequest.nullish(),
  also,
});

export const resumeExecution = endpoint({
  ...request,
  path: '/executions/{execution_id}/resume',
  summary: 'Resumes a paused execution, or withdraws a pause that has not happened yet',
  also,
});

export const changeBudget = endpoint({
  ...request,
  path: '/executions/{execution_id}/budget',
  summary: 'Raises, lowers, adds or removes limits of a budget, but sets none below what was spent',
  body: BudgetRequest,
  also,
});

export const cancelExecution = endpoint({
  ...request,
  path: '/executions/{execution_id}/cancel',
  summary: 'Cancels an execution: its agents end at once',
  body: CancelRequest.nullish(),
  also,
});

export const interruptExecution = endpoint({
  ...request,
  path: '/executions/{execution_id}/interrupt',
  summary: 'Ends the agents of an execution and keeps their workspaces, in which a retry goes on',
  body: InterruptRequest.nullish(),
  also,
});

export const retryExecution = endpoint({
  ...request,
  path: '/executions/{execution_id}/retry',
  summary: 'Starts the next attempt of the interrupted phases',
  also,
});

export const rerunExecution = endpoint({
  method: 'POST',
  params: ExecutionParams,
  path: '/executions/{execution_id}/rerun',
  access: 'operator',
  summary: 'Starts another execution that takes over finished phases of one that has ended or is interrupted',
  body: RerunRequest.optional(),
  reply: RerunReply,
});

export const forkExecution = endpoint({
  method: 'POST',
  params: ExecutionParams,
  path: '/executions/{execution_id}/fork',
  access: 'operator',
  summary:
    'Starts another execution that goes on with the kept session of a phase, from its end or from an earlier point',
  body: ForkRequest.optional(),
  reply: ForkReply,
});

export const injectMessage = endpoint({
  ...request,
  path: '/executions/{execution_id}/inject',
  summary: 'Gives the agents of the present phases a message, which they read between two steps of their work',
  body: InjectRequest,
  also: { ...also, 409: 'The agents take no messages while they work, or too many wait already' },
});

/** A paused execution must be resumed first: an approval would start the next phase during the pause. */
const approval = {
  method: 'POST',
  access: 'operator',
  params: PhaseOfExecutionParams,
  reply: ExecutionRequestReply,
  also,
} as const;

export const approvePhase = endpoint({
  ...approval,
  path: '/executions/{execution_id}/phases/{phase_id}/approve',
  summary: 'Approves a phase that waits for approval, while the execution is running',
});

export const rejectPhase = endpoint({
  ...approval,
  path: '/executions/{execution_id}/phases/{phase_id}/reject',
  summary: 'Rejects a phase that waits for approval: its attempt fails',
  body: RejectRequest.nullish(),
});
