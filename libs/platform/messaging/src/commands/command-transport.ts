import { ServerNats, type CustomStrategy, type NatsContext, type WritePacket } from '@nestjs/microservices';
import { within } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { ErrorCode, type Msg, type NatsConnection, type Subscription } from 'nats';
import { setImmediate } from 'node:timers/promises';
import { natsOptions, writesSettled, type NatsAddress } from '../connection';
import { refused } from './command-reply';
import { hasCode } from './nats-fault';

/** All replicas of the service that handles commands: each command reaches one of them. */
const QUEUE = 'command-service';

/** What has not ended by then has no sender any more, or one that sends it again. */
const DRAIN_MS = 8_000;

/** What a service hands to Nest's `connectMicroservice` to receive commands. */
export const commandTransport = (address: NatsAddress): CustomStrategy => ({
  strategy: new CommandTransport(address),
});

/**
 * Nest's NATS transport, made safe to stop: it takes no new command, finishes those it has, answers them, and only then leaves.
 * (Its own grace period drops what is already under way to it, and always waits in full.)
 */
class CommandTransport extends ServerNats {
  readonly #subscriptions: Subscription[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  #nats: NatsConnection | undefined;

  constructor(address: NatsAddress) {
    super({ ...natsOptions(address), deserializer: { deserialize: packetOf } });
  }

  override bindEvents(nats: NatsConnection): void {
    this.#nats = nats;
    for (const pattern of this.messageHandlers.keys()) {
      const callback = (_: unknown, message: Msg) => {
        this.#handle(pattern, message);
      };
      this.#subscriptions.push(nats.subscribe(pattern, { queue: QUEUE, callback }));
    }
  }

  /** Nest publishes an answer where nobody hears that it failed: what is thrown there would end the process. */
  override getPublisher(message: Msg, id: string, context: NatsContext): Publish {
    const publish = super.getPublisher(message, id, context) as Publish;
    return (answer) => {
      try {
        publish(answer);
      } catch (error) {
        if (hasCode(error, ErrorCode.MaxPayloadExceeded)) publish({ response: refused(tooLarge()), isDisposed: true });
        // Nobody can be answered any more, and whoever asked sends it again.
        else if (!hasCode(error, ErrorCode.ConnectionClosed)) throw error;
      }
    };
  }

  override async close(): Promise<void> {
    const nats = this.#nats;
    if (!nats) return;
    this.#nats = undefined;

    await within(DRAIN_MS, this.#finish(nats));
    await writesSettled();
    await super.close();
  }

  async #finish(nats: NatsConnection): Promise<void> {
    if (nats.isClosed()) return;

    await Promise.allSettled(this.#subscriptions.map((subscription) => subscription.drain()));
    await Promise.allSettled(this.#underWay);
    // Nest sends an answer one turn after its handler has ended.
    await setImmediate();
    await nats.flush().catch(() => undefined);
  }

  #handle(pattern: string, message: Msg): void {
    const handled = this.handleMessage(pattern, message).catch((error: unknown) => {
      this.logger.error(error);
    });
    this.#underWay.add(handled);
    void handled.finally(() => this.#underWay.delete(handled));
  }
}

type Publish = (answer: WritePacket) => void;

const tooLarge = () => new DomainError('command.answer_too_large', 'the answer is larger than a message may be');

/** Never throws, and every message is a request: what cannot be read is refused by whoever parses it, not by a crash. */
function packetOf(bytes: Uint8Array): object {
  try {
    return { id: '', ...(JSON.parse(Buffer.from(bytes).toString()) as object) };
  } catch {
    return { id: '' };
  }
}
