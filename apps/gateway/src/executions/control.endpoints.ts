import { endpoint } from '../http/endpoint';
import {
  CancelRequest,
  ControlReply,
  ExecutionParams,
  PauseRequest,
  PhaseOfExecutionParams,
  RejectRequest,
} from './executions.dto';

const control = { method: 'POST', params: ExecutionParams, reply: ControlReply } as const;

const also = { 400: 'The execution is in a state where this cannot be done' };

export const pauseExecution = endpoint({
  ...control,
  path: '/executions/{execution_id}/pause',
  summary: 'Asks for a pause, which happens at the next yield point',
  body: PauseRequest.nullish(),
  also,
});

export const resumeExecution = endpoint({
  ...control,
  path: '/executions/{execution_id}/resume',
  summary: 'Goes on after a pause, or takes back one that has not happened yet',
  also,
});

export const cancelExecution = endpoint({
  ...control,
  path: '/executions/{execution_id}/cancel',
  summary: 'Ends the agents at once, and the execution when they are gone',
  body: CancelRequest.nullish(),
  also,
});

export const retryExecution = endpoint({
  ...control,
  path: '/executions/{execution_id}/retry',
  summary: 'Begins the interrupted phases again, as the next attempt',
  also,
});

/** A paused execution must be resumed first: an approval would start the next phase during the pause. */
const approval = { method: 'POST', params: PhaseOfExecutionParams, reply: ControlReply, also } as const;

export const approvePhase = endpoint({
  ...approval,
  path: '/executions/{execution_id}/phases/{phase_id}/approve',
  summary: 'Accepts what a phase that waits for a person has done, while the execution is running',
});

export const rejectPhase = endpoint({
  ...approval,
  path: '/executions/{execution_id}/phases/{phase_id}/reject',
  summary: 'Fails this attempt of a phase that waits for a person, while the execution is running',
  body: RejectRequest.nullish(),
});
