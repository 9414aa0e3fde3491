import { derivedUuid, type CommandContext } from '@syntropic/kernel';
import { bodyHashOf } from '@syntropic/messaging';
import { workflowExecution } from '@syntropic/orchestration/contracts';
import type { SendCommand } from '@syntropic/processes';
import type { Work } from '@syntropic/work';

const SWEEPER = 'c1d7a1de-0b39-5c0e-8f61-6a0f4e3b2c55';

type Why = 'lease_lost' | 'queue_timeout';

/** Sends `InterruptPhase` for work without a runner. The command id derives from lease and leg, so a repeated report records nothing more. */
export const interruption =
  (send: SendCommand, why: Why) =>
  (work: Work): Promise<unknown> => {
    const { executionId, phaseId, sessionId, token, leg } = work;
    const data = { executionId, phaseId, sessionId, why };
    const commandId = derivedUuid(SWEEPER, why, sessionId, token, leg);
    const context: CommandContext = {
      commandId,
      correlationId: commandId,
      causationId: commandId,
      actor: { kind: 'service', id: 'sweeper' },
      bodyHash: bodyHashOf(data),
      executionId,
    };
    const { context: scope, type } = workflowExecution.commands.InterruptPhase;
    return send({ context: scope, type, data }, context);
  };
