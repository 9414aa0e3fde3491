import type { WorkOrder } from '@syntropic/orchestration/contracts';
import type { SessionCommands } from './session-commands';
import type { SessionController } from './session-controller';

/** A claimed session while this runner holds its lease. */
export type LeasedSession = Readonly<{
  order: WorkOrder;
  commands: SessionCommands;
  controller: SessionController;
  leaseLost: AbortSignal;
}>;
