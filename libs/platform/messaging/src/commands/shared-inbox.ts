import { ClientNats, type ReadPacket, type WritePacket } from '@nestjs/microservices';
import { createInbox, type Msg, type NatsConnection, type NatsError } from 'nats';

type OnReply = (error: NatsError | null, reply: Msg) => unknown;
type Inbox = Readonly<{ of: NatsConnection; subject: string }>;

/**
 * Nest's client with one subscription for all replies of a connection. Nest's own subscribes and unsubscribes for each request: two messages
 * more, at both ends.
 */
export class SharedInboxClient extends ClientNats {
  readonly #waiting = new Map<string, OnReply>();
  #inbox: Inbox | undefined;

  protected override publish(partial: ReadPacket, callback: (packet: WritePacket) => unknown): () => void {
    const packet = this.assignPacketId(partial);
    const forget = () => void this.#waiting.delete(packet.id);
    try {
      const { data, headers } = this.serializer.serialize(packet) as Readonly<{ data: Uint8Array; headers?: object }>;
      const nats = this.unwrap<NatsConnection>();
      this.#waiting.set(packet.id, this.createSubscriptionHandler(packet, callback) as OnReply);
      nats.publish(this.normalizePattern(partial.pattern as string), data, {
        reply: `${this.#inboxOf(nats)}.${packet.id}`,
        headers: this.mergeHeaders(headers as never) as never,
      });
    } catch (error) {
      forget();
      callback({ err: error });
    }
    return forget;
  }

  /** The inbox of this connection, which outlives reconnections. */
  #inboxOf(nats: NatsConnection): string {
    if (this.#inbox?.of === nats) return this.#inbox.subject;
    const subject = createInbox((this.options as Readonly<{ inboxPrefix?: string }>).inboxPrefix);
    this.#inbox = { of: nats, subject };
    nats.subscribe(`${subject}.*`, {
      callback: (error, reply) => {
        if (error) this.#fail(error, reply);
        else void this.#waiting.get(reply.subject.slice(subject.length + 1))?.(null, reply);
      },
    });
    return subject;
  }

  /** The subscription was refused: the next request makes another one. */
  #fail(error: NatsError, reply: Msg): void {
    this.#inbox = undefined;
    for (const onReply of [...this.#waiting.values()]) void onReply(error, reply);
  }
}
