import { derivedUuid } from '@syntropic/kernel';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import type { SendCommand } from '@syntropic/processes';
import type { Work } from '@syntropic/work';
import { ownOrigin } from './own-origin';

const SWEEPER = 'c1d7a1de-0b39-5c0e-8f61-6a0f4e3b2c55';

type Why = 'lease_lost' | 'queue_timeout';

/** Sends `InterruptPhase` for work without a runner. The command id derives from lease and leg, so a repeated report records nothing more. */
export const interruption =
  (send: SendCommand, why: Why) =>
  (work: Work): Promise<unknown> => {
    const { executionId, phaseId, sessionId, token, leg } = work;
    const data = { executionId, phaseId, sessionId, why };
    const commandId = derivedUuid(SWEEPER, why, sessionId, token, leg);
    const { context, type } = workflowExecution.commands.InterruptPhase;
    return send({ context, type, data }, ownOrigin('sweeper', commandId, data));
  };
