import { Overloaded, retry } from '@syntropic/async';
import {
  derivedUuid,
  DomainError,
  type AnswerOf,
  type CommandMessage,
  type InputOf,
  type Lease,
} from '@syntropic/kernel';
import { OutcomeUnknown, type CommandClient, type CommandOrigin } from '@syntropic/messaging';

const LEASE_LOST = 'work.lease_lost';
/** The client has waited for an answer already. */
const BACK_OFF = { firstMs: 10, longestMs: 1_000 };

/** Another runner may hold the lease now: no further command about the session is sent. */
export class LeaseLost extends Error {
  override readonly name = 'LeaseLost';
}

type Holding = Readonly<{ runner: string; executionId: string; lease: Lease; leaseLost: AbortSignal }>;

/** Sends a runner's commands about one session: fenced by its lease, and repeated until they are answered. */
export class LeasedCommands {
  constructor(
    private readonly client: CommandClient,
    private readonly holding: Holding,
  ) {}

  /**
   * `key` distinguishes commands of one type: sent again with the same key, it is the same command.
   * @throws DomainError when the command is refused, LeaseLost when another runner has the lease, or it has expired
   */
  async send<M extends CommandMessage>(message: M, data: InputOf<M>, key = ''): Promise<void> {
    await this.request(message, data, key);
  }

  /** Like `send`, with the command's answer. */
  async request<M extends CommandMessage>(message: M, data: InputOf<M>, key: string): Promise<AnswerOf<M>> {
    const origin = this.#originOf(message.type, key);
    const onFault = (error: unknown) => {
      if (error instanceof DomainError && error.code === LEASE_LOST) throw new LeaseLost(error.message);
      if (!(error instanceof OutcomeUnknown || error instanceof Overloaded)) throw error;
    };
    const { leaseLost } = this.holding;
    const answer = await retry(leaseLost, { backOff: BACK_OFF, onFault }, () =>
      this.client.send(message, data, origin),
    );
    if (answer === undefined) throw new LeaseLost('the lease was lost');
    return answer;
  }

  #originOf(type: string, key: string): CommandOrigin {
    const { runner, executionId, lease } = this.holding;
    return {
      commandId: derivedUuid(lease.sessionId, type, lease.token, key),
      correlationId: executionId,
      causationId: lease.sessionId,
      actor: { kind: 'service', id: runner },
      executionId,
      lease,
    };
  }
}
