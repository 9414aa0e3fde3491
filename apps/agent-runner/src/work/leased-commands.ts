import type { CommandClass, CommandContext } from '@syntropic/kernel';
import { derivedUuid, DomainError, type Lease } from '@syntropic/kernel';
import { OutcomeUnknown, type CommandClient } from '@syntropic/messaging';
import type { z } from 'zod';

const LEASE_LOST = 'work.lease_lost';

/** Somebody else may have this work now: nothing more is said about it. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

type Holding = Readonly<{ runner: string; executionId: string; lease: Lease; signal: AbortSignal }>;

/** What a runner says about one piece of work that it holds: fenced by its lease, and said until it is answered. */
export class LeasedCommands {
  constructor(
    private readonly client: CommandClient,
    private readonly holding: Holding,
  ) {}

  /**
   * `what` names the statement: said again, it is the same command.
   * @throws DomainError when it is refused, LeaseLost when the work is no longer held
   */
  async say<C extends CommandClass>(context: string, command: C, data: z.input<C['schema']>, what = ''): Promise<void> {
    const { signal } = this.holding;
    const about = this.contextOf(command.type, what);
    for (;;) {
      if (signal.aborted) throw new LeaseLost('the lease was lost');
      try {
        await this.client.send(context, command.type, data, about);
        return;
      } catch (error) {
        if (error instanceof DomainError && error.code === LEASE_LOST) throw new LeaseLost(error.message);
        if (!(error instanceof OutcomeUnknown)) throw error;
      }
    }
  }

  private contextOf(type: string, what: string): Omit<CommandContext, 'bodyHash'> {
    const { runner, executionId, lease } = this.holding;
    return {
      commandId: derivedUuid(lease.sessionId, type, lease.token, what),
      correlationId: executionId,
      causationId: lease.sessionId,
      actor: { kind: 'service', id: runner },
      executionId,
      lease,
    };
  }
}
