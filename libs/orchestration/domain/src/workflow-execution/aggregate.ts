import { aggregate, byHandler } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import { changeBudget, exceedBudget } from './budget';
import { forkExecution } from './fork-execution';
import { interruptExecution, interruptPhase, retryInterruption } from './interruptions';
import { reportLimit, resumeAfterLimit } from './limits';
import { deliverMessage, injectMessage } from './messages';
import { cancelExecution, pauseExecution, resumeExecution, retryExecution } from './user-requests';
import {
  approvePhase,
  completePhase,
  failPhase,
  holdPhase,
  parkPhase,
  rejectPhase,
  requeuePhase,
  resumePhase,
  startPhase,
  stopPhase,
} from './phases';
import { rerunExecution } from './rerun-execution';
import { reserves } from './reserves';
import { startExecution } from './start-execution';
import { evolve, type WorkflowExecution as State } from './workflow-execution';

/** One run of a workflow template. */
export type WorkflowExecution = State;
export const WorkflowExecution = aggregate(workflowExecution, {
  initial: { status: 'not_started' },
  evolve,
  reserves,
  // Version 2 names the template. A replica that does not know it would send orders without prompts: the number makes it refuse.
  upcasters: { ExecutionStarted: [(whole: object) => whole] },
  decisions: {
    startExecution: byHandler(startExecution),
    rerunExecution: byHandler(rerunExecution),
    forkExecution: byHandler(forkExecution),
    pauseExecution,
    resumeExecution,
    cancelExecution,
    interruptExecution,
    retryExecution,
    retryInterruption,
    reportLimit: byHandler(reportLimit),
    resumeAfterLimit,
    changeBudget: byHandler(changeBudget),
    exceedBudget,
    startPhase,
    holdPhase,
    resumePhase,
    parkPhase,
    completePhase,
    failPhase,
    stopPhase,
    interruptPhase,
    requeuePhase,
    approvePhase,
    rejectPhase,
    injectMessage,
    deliverMessage,
  },
});
