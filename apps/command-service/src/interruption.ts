import { derivedUuid, type CommandContext, type Outcome } from '@syntropic/kernel';
import { bodyHashOf } from '@syntropic/messaging';
import { InterruptPhase } from '@syntropic/orchestration/contracts';
import type { SendCommand } from '@syntropic/processes';
import type { Work } from '@syntropic/work';

const SWEEPER = 'c1d7a1de-0b39-5c0e-8f61-6a0f4e3b2c55';

type Why = 'lease_lost' | 'queue_timeout';

/** What the log is told about work that nobody does: once for each loss and each wait, however often it is said. */
export const interruption =
  (send: SendCommand, why: Why) =>
  (work: Work): Promise<Outcome> => {
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
    return send('orchestration', InterruptPhase.type, data, context);
  };
