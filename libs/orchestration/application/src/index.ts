import { context } from '@syntropic/context';
import { WorkflowExecution, WorkflowTemplate, Workspace } from '@syntropic/orchestration/domain';
import {
  ChangeBudgetHandler,
  ReserveBudgetHandler,
  SettleCallHandler,
  SettleSessionHandler,
} from './commands/budget.handlers';
import { CollectCheckpointsHandler, NoteCheckpointHandler } from './commands/checkpoint.handlers';
import { ClaimWorkHandler } from './commands/claim-work.handler';
import { ForkExecutionHandler } from './commands/fork-execution.handler';
import { ListInputsHandler } from './commands/list-inputs.handler';
import { ListMessagesHandler } from './commands/list-messages.handler';
import { ReportLimitHandler } from './commands/report-limit.handler';
import { RerunExecutionHandler } from './commands/rerun-execution.handler';
import { StartExecutionHandler } from './commands/start-execution.handler';
import { ReleaseWorkHandler, RenewWorkHandler } from './commands/work.handlers';
import { closeWorkspaces } from './processes/close-workspaces.process';
import { resolveInterruptions } from './processes/resolve-interruptions.process';
import { resumeLimited } from './processes/resume-limited.process';
import { runPhases } from './processes/run-phases.process';

export { Runners } from './ports/runners';

export const orchestration = context({
  aggregates: [WorkflowTemplate, WorkflowExecution, Workspace],
  handlers: [
    StartExecutionHandler,
    RerunExecutionHandler,
    ForkExecutionHandler,
    ClaimWorkHandler,
    ListInputsHandler,
    ListMessagesHandler,
    RenewWorkHandler,
    ReleaseWorkHandler,
    NoteCheckpointHandler,
    CollectCheckpointsHandler,
    ChangeBudgetHandler,
    ReserveBudgetHandler,
    SettleCallHandler,
    SettleSessionHandler,
    ReportLimitHandler,
  ],
  processes: [runPhases, closeWorkspaces, resolveInterruptions, resumeLimited],
});
