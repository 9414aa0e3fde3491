import { domainMessage, DOMAIN_EVENTS, ensureStreams, logPositionOf, type DomainMessage } from '@syntropic/messaging';
import type { Recorded } from '@syntropic/kernel';
import { NatsError, type NatsConnection, type PubAck, type StoredMsg } from 'nats';
import type { Head } from '../event-log';

/** A server that restarts loses requests; these are harmless to repeat, so they time out soon. */
const JETSTREAM = { timeout: 2_000, checkAPI: false };

/** Headers of JetStream. */
const MESSAGE_ID = 'Nats-Msg-Id';
const EXPECTED_LAST_ID = 'Nats-Expected-Last-Msg-Id';
const EXPECTED_LAST_SEQUENCE = 'Nats-Expected-Last-Sequence';

const NO_MESSAGE_FOUND = 10037;
const WRONG_LAST_SEQUENCE = 10071;
const WRONG_LAST_ID = 10070;

/** An event as a message names it. */
export type PublishedEvent = Head & Readonly<{ event: string }>;

/** The end of the stream: a server that restarts may forget the last message id, never the last sequence. */
export type StreamEnd = Readonly<{
  sequence: number;
  /** The event of the last message; undefined when the stream is empty. */
  last: PublishedEvent | undefined;
}>;

export type StreamHistory = Readonly<{
  first: number;
  last: number;
  at: (sequence: number) => Promise<PublishedEvent>;
}>;

export type DomainStreamOptions = Readonly<{
  /** The bounded context of an aggregate: the first token of its events' subjects. */
  contextOf: (aggregate: string) => string;
  /** Servers that keep each stream created here. */
  replicas: number;
}>;

/** The stream DOMAIN, as its only writer uses it. */
export class DomainStream {
  constructor(
    private readonly nats: NatsConnection,
    private readonly options: DomainStreamOptions,
  ) {}

  async ensure(): Promise<void> {
    await ensureStreams(this.nats, this.options);
  }

  async end(): Promise<StreamEnd> {
    const { streams } = await this.nats.jetstreamManager(JETSTREAM);
    const { state } = await streams.info('DOMAIN');
    const sequence = state.last_seq;
    // nats-server 2.9 crashes when it is asked for a message of a stream that is being created; a stream with messages has been created.
    if (state.messages === 0) return { sequence, last: undefined };
    try {
      const last = await streams.getMessage('DOMAIN', { last_by_subj: DOMAIN_EVENTS });
      return { sequence, last: publishedIn(last) };
    } catch (error) {
      if (errorCodeOf(error) === NO_MESSAGE_FOUND) return { sequence, last: undefined };
      throw error;
    }
  }

  /** The events of the stream, by their sequences: a function that answers one, and the sequences of the first and the last. */
  async history(): Promise<StreamHistory> {
    const { streams } = await this.nats.jetstreamManager(JETSTREAM);
    const { state } = await streams.info('DOMAIN');
    return {
      // A stream that never had a message names 0 as its first sequence.
      first: Math.max(state.first_seq, 1),
      last: state.last_seq,
      at: async (sequence) => publishedIn(await streams.getMessage('DOMAIN', { seq: sequence })),
    };
  }

  /** Removes all messages. Sequences continue, so consumers are not reset. */
  async purge(): Promise<void> {
    const { streams } = await this.nats.jetstreamManager(JETSTREAM);
    await streams.purge('DOMAIN');
  }

  /**
   * Publishes all events at once, each on condition that it follows the one before, the first one that it follows `after`:
   * when one is refused or lost, the later ones are refused too. So the last acknowledgement is that of all. The first message is acknowledged
   * too: one that is refused for itself becomes the first of the next pipeline, and tells why. Resolves with the last sequence.
   */
  async publish(events: readonly Recorded[], epoch: string, after: number): Promise<number> {
    const stream = this.nats.jetstream(JETSTREAM);
    const acks: Promise<PubAck>[] = [];
    for (const [index, event] of events.entries()) {
      const before = events[index - 1];
      const { subject, headers, data } = this.#message(event, epoch);
      headers.set(MESSAGE_ID, messageId(event, epoch));
      if (before) headers.set(EXPECTED_LAST_ID, messageId(before, epoch));
      else headers.set(EXPECTED_LAST_SEQUENCE, String(after));
      const isAcknowledged = !before || index === events.length - 1;
      if (isAcknowledged) acks.push(stream.publish(subject, data, { headers }));
      else this.nats.publish(subject, data, { headers });
    }
    const last = (await Promise.allSettled(acks)).reduce(sequenceAfter, after);
    if (last < after + events.length) throw new Error('the stream lacks messages before the last one');
    return last;
  }

  #message(event: Recorded, epoch: string): DomainMessage {
    const maxPayload = this.nats.info?.max_payload ?? 0;
    return domainMessage(event, { epoch, maxPayload, contextOf: this.options.contextOf });
  }
}

const publishedIn = ({ header }: StoredMsg): PublishedEvent => ({
  ...logPositionOf(header),
  event: header.get('ce-id'),
});

/** Another relay has written to the stream, or the stream was created anew. */
export const isStreamConflict = (error: unknown): boolean =>
  [WRONG_LAST_ID, WRONG_LAST_SEQUENCE].includes(errorCodeOf(error) ?? 0);

const messageId = ({ position }: Recorded, epoch: string): string => `${epoch}.${position}`;

function sequenceAfter(sequence: number, ack: PromiseSettledResult<{ seq: number }>): number {
  if (ack.status === 'rejected') throw ack.reason;
  // The server still remembers the id of a purged message, and drops the new one as a duplicate.
  if (ack.value.seq <= sequence) throw new Error('the stream dropped a message as a duplicate');
  return ack.value.seq;
}

const errorCodeOf = (error: unknown): number | undefined =>
  error instanceof NatsError ? error.api_error?.err_code : undefined;
