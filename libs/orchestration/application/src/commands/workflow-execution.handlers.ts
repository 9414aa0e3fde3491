import { handles } from '@syntropic/event-store';
import {
  ApprovePhase,
  CancelExecution,
  CompletePhase,
  FailPhase,
  HoldPhase,
  InterruptPhase,
  ParkPhase,
  PauseExecution,
  RejectPhase,
  RequeuePhase,
  ResumeExecution,
  RetryExecution,
  StartPhase,
  StopPhase,
} from '@syntropic/orchestration/contracts';
import {
  approvePhase,
  cancelExecution,
  completePhase,
  failPhase,
  holdPhase,
  interruptPhase,
  parkPhase,
  pauseExecution,
  rejectPhase,
  requeuePhase,
  resumeExecution,
  retryExecution,
  startPhase,
  stopPhase,
  WorkflowExecution,
} from '@syntropic/orchestration/domain';
import { StartExecutionHandler } from './start-execution.handler';

const execution = ({ executionId }: Readonly<{ executionId: string }>) => executionId;

/** Command, aggregate, which one, decision. Starting looks at a second aggregate and has a handler of its own. */
export const workflowExecutionHandlers = [
  StartExecutionHandler,
  handles(PauseExecution, WorkflowExecution, execution, pauseExecution),
  handles(ResumeExecution, WorkflowExecution, execution, resumeExecution),
  handles(CancelExecution, WorkflowExecution, execution, cancelExecution),
  handles(RetryExecution, WorkflowExecution, execution, retryExecution),
  handles(StartPhase, WorkflowExecution, execution, startPhase),
  handles(HoldPhase, WorkflowExecution, execution, holdPhase),
  handles(ParkPhase, WorkflowExecution, execution, parkPhase),
  handles(CompletePhase, WorkflowExecution, execution, completePhase),
  handles(FailPhase, WorkflowExecution, execution, failPhase),
  handles(StopPhase, WorkflowExecution, execution, stopPhase),
  handles(InterruptPhase, WorkflowExecution, execution, interruptPhase),
  handles(RequeuePhase, WorkflowExecution, execution, requeuePhase),
  handles(ApprovePhase, WorkflowExecution, execution, approvePhase),
  handles(RejectPhase, WorkflowExecution, execution, rejectPhase),
];
