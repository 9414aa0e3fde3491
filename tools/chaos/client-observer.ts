import type { Platform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import type { Frame } from '@syntropic/stack';

type StreamPosition = Readonly<{ position: number; sequence: number }>;

/** The frames one client received: the snapshot's position, then the number of every domain event and every telemetry event, in order of arrival. */
export type ObservedStream = Readonly<{
  from: StreamPosition;
  positions: readonly number[];
  sequences: readonly number[];
}>;

/** Totals repeat the id of the event that changed them. */
const TOTALS = ['tokens', 'cost'];

/** A client that follows the live stream of an execution to its end, across broken connections. */
export class ClientObserver {
  readonly #frames: Frame[] = [];
  readonly #following: Promise<void>;
  #fault: Error | undefined;

  constructor(platform: Platform, executionId: string) {
    this.#following = this.#follow(platform, executionId).catch((error: unknown) => {
      this.#fault = new Error('the client lost the stream', { cause: error });
    });
  }

  /** Waits for the first frame with this name. */
  async waitFor(event: string, within = 30_000): Promise<void> {
    await eventually(
      () => {
        if (this.#fault) throw this.#fault;
        return this.#frames.some((frame) => frame.event === event);
      },
      { within },
    );
  }

  /** Resolves when the server has ended the stream. */
  async observed(): Promise<ObservedStream> {
    await this.#following;
    if (this.#fault) throw this.#fault;

    const [snapshot, ...others] = this.#frames;
    const events = others.filter(({ event }) => !TOTALS.includes(event));
    return {
      from: streamPositionOf(snapshot),
      positions: events.filter(isDomainEvent).map((frame) => streamPositionOf(frame).position),
      sequences: events.filter((frame) => !isDomainEvent(frame)).map((frame) => streamPositionOf(frame).sequence),
    };
  }

  async #follow(platform: Platform, executionId: string): Promise<void> {
    for await (const frame of platform.frames(executionId)) this.#frames.push(frame);
  }
}

/** Domain events are named LikeThis, telemetry like_this. */
const isDomainEvent = ({ event }: Frame): boolean => /^[A-Z]/.test(event);

function streamPositionOf(frame: Frame | undefined): StreamPosition {
  const [, position, sequence] = /\.(\d+)-(\d+)$/.exec(frame?.id ?? '') ?? [];
  return { position: Number(position), sequence: Number(sequence) };
}
