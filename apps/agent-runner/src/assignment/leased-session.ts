import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { SessionCommands } from './session-commands';
import type { SessionMessages } from './session-messages';
import type { SessionController } from './session-controller';
import type { SessionLimits } from './session-limits';
import type { SessionBudget } from './session-budget';

/** A claimed session while this runner holds its lease. */
export type LeasedSession = Readonly<{
  order: WorkOrder;
  commands: SessionCommands;
  controller: SessionController;
  messages: SessionMessages;
  limits: SessionLimits;
  leaseLost: AbortSignal;
  /** Present when the execution has a budget. */
  budget?: SessionBudget;
}>;
