import { NatsContext, ServerNats, type CustomStrategy, type WritePacket } from '@nestjs/microservices';
import { within } from '@syntropic/async';
import { DomainError } from '@syntropic/kernel';
import { ErrorCode, headers, type Msg, type NatsConnection, type Subscription } from 'nats';
import { setImmediate } from 'node:timers/promises';
import { natsOptions, writesSettled, type NatsAddress } from '../connection';
import { CommandIntake } from './command-intake';
import { overloaded, refused } from './command-reply';
import { hasCode } from './nats-fault';

/** All replicas of the service that handles commands: each command reaches one of them. */
const QUEUE = 'command-service';

/** The longest time for commands in hand: by then their senders have given up or retried. */
const DRAIN_MS = 8_000;

/** The strategy for Nest's `connectMicroservice` that receives commands. */
export const commandTransport = (address: NatsAddress): CustomStrategy => ({
  strategy: new CommandTransport(address),
});

/**
 * Nest's NATS transport, made safe to stop: it takes no new command, finishes and answers those in hand, and only then disconnects.
 * (Nest's own grace period drops commands that are in flight, and always waits in full.)
 */
class CommandTransport extends ServerNats {
  readonly #subscriptions: Subscription[] = [];
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #intake = new CommandIntake();
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

  /** Answers the command and its copies. */
  override getPublisher(message: Msg, id: string, context: NatsContext): Publish {
    return (answer) => {
      for (const each of [message, ...this.#intake.copiesOf(message)]) {
        // The base class declares its publishers as `any`.
        publishSafely(super.getPublisher(each, id, context) as Publish, answer);
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
    // Nest sends an answer one turn of the event loop after its handler has ended.
    await setImmediate();
    await nats.flush().catch(() => undefined);
  }

  #handle(pattern: string, message: Msg): void {
    const handled = this.#take(pattern, message).catch((error: unknown) => {
      this.logger.error(error);
    });
    this.#underWay.add(handled);
    void handled.finally(() => this.#underWay.delete(handled));
  }

  async #take(pattern: string, message: Msg): Promise<void> {
    const overload = await this.#intake.take(message, () => this.handleMessage(pattern, message));
    if (!overload) return;
    const context = new NatsContext([message.subject, message.headers ?? headers()]);
    this.getPublisher(message, '', context)({ response: overloaded(overload), isDisposed: true });
  }
}

/** Nest publishes answers without a handler for errors: an error thrown there would end the process. */
function publishSafely(publish: Publish, answer: WritePacket): void {
  try {
    publish(answer);
  } catch (error) {
    if (hasCode(error, ErrorCode.MaxPayloadExceeded)) publish({ response: refused(tooLarge()), isDisposed: true });
    // Without a connection there is no answer, and the sender retries.
    else if (!hasCode(error, ErrorCode.ConnectionClosed)) throw error;
  }
}

type Publish = (answer: WritePacket) => void;

const tooLarge = () => new DomainError('command.answer_too_large', 'the answer is larger than a message may be');

/** Never throws, and gives every message an id so that Nest answers it: unreadable data is refused by the catalogue. */
function packetOf(bytes: Uint8Array): object {
  try {
    return { id: '', ...(JSON.parse(Buffer.from(bytes).toString()) as object) };
  } catch {
    return { id: '' };
  }
}
