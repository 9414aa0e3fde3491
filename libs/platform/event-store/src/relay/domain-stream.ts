import { domainMessage, DOMAIN_EVENTS, ensureStreams, logPlaceOf } from '@syntropic/messaging';
import type { Recorded } from '@syntropic/kernel';
import { NatsError, type NatsConnection } from 'nats';
import type { Head } from '../event-log';

/** What a server that went away meanwhile will never answer is asked again soon: asking twice harms nobody here. */
const JETSTREAM = { timeout: 2_000, checkAPI: false };

const NO_MESSAGE_FOUND = 10037;
const WRONG_LAST_SEQUENCE = 10071;
const WRONG_LAST_ID = 10070;

/** Where the stream ends: a server that restarts may forget the last id, never the last sequence. */
export type StreamEnd = Readonly<{
  sequence: number;
  /** The place in a log that the last message comes from; undefined when there is none. */
  last: Head | undefined;
}>;

export type DomainStreamOptions = Readonly<{
  /** The bounded context of an aggregate: the first token of its events' subjects. */
  contextOf: (aggregate: string) => string;
  /** How many servers keep each of the streams that are created here. */
  replicas: number;
}>;

/** The stream that hands out the log, as the one who writes it sees it. */
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
    // Asked for a message of a stream that is just being made, nats-server 2.9 crashes; one that holds something is made.
    if (state.messages === 0) return { sequence, last: undefined };
    try {
      const last = await streams.getMessage('DOMAIN', { last_by_subj: DOMAIN_EVENTS });
      return { sequence, last: logPlaceOf(last.header) };
    } catch (error) {
      if (errorCodeOf(error) === NO_MESSAGE_FOUND) return { sequence, last: undefined };
      throw error;
    }
  }

  /** Empties it. Sequences go on, so whoever consumes it keeps its place. */
  async purge(): Promise<void> {
    const { streams } = await this.nats.jetstreamManager(JETSTREAM);
    await streams.purge('DOMAIN');
  }

  /**
   * All at once, each on condition that it follows the one before, and the first that it follows the sequence `after`:
   * where one is refused or lost, so are those behind it. Resolves with the last sequence.
   */
  async publish(events: readonly Recorded[], epoch: string, after: number): Promise<number> {
    const stream = this.nats.jetstream(JETSTREAM);
    const answers = await Promise.allSettled(
      events.map((event, index) => {
        const before = events[index - 1];
        const { subject, headers, data } = this.#message(event, epoch);
        const expect = before ? { lastMsgID: messageId(before, epoch) } : { lastSequence: after };
        return stream.publish(subject, data, { msgID: messageId(event, epoch), headers, expect });
      }),
    );
    return answers.reduce(sequenceAfter, after);
  }

  #message(event: Recorded, epoch: string) {
    const maxPayload = this.nats.info?.max_payload ?? 0;
    return domainMessage(event, { epoch, maxPayload, contextOf: this.options.contextOf });
  }
}

/** Somebody else has written to the stream, or it is no longer the one it was. */
export const isAnotherEnd = (error: unknown): boolean =>
  [WRONG_LAST_ID, WRONG_LAST_SEQUENCE].includes(errorCodeOf(error) ?? 0);

const messageId = ({ position }: Recorded, epoch: string): string => `${epoch}.${position}`;

function sequenceAfter(sequence: number, answer: PromiseSettledResult<{ seq: number }>): number {
  if (answer.status === 'rejected') throw answer.reason;
  // It remembers a message that a purge has removed, and takes the new one for the same.
  if (answer.value.seq <= sequence) throw new Error('the stream has swallowed a message');
  return answer.value.seq;
}

const errorCodeOf = (error: unknown): number | undefined =>
  error instanceof NatsError ? error.api_error?.err_code : undefined;
