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
  StartExecution,
  StartPhase,
  StopPhase,
} from './workflow-execution.commands';
import { ArchiveWorkflow, CreateWorkflow, UpdatePhasePrompt } from './workflow-template.commands';
import { CreateWorkspace, TerminateWorkspace } from './workspace.commands';

/** Every command this context takes, by its name on the wire. */
export const orchestrationCommands = {
  CreateWorkflow,
  UpdatePhasePrompt,
  ArchiveWorkflow,
  StartExecution,
  PauseExecution,
  ResumeExecution,
  CancelExecution,
  RetryExecution,
  StartPhase,
  HoldPhase,
  ParkPhase,
  CompletePhase,
  FailPhase,
  StopPhase,
  InterruptPhase,
  RequeuePhase,
  ApprovePhase,
  RejectPhase,
  CreateWorkspace,
  TerminateWorkspace,
};
