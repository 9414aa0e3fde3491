import type { Platform } from '@syntropic/e2e';
import { eventually } from '@syntropic/testing';
import type { Frame } from '@syntropic/stack';

type Place = Readonly<{ position: number; sequence: number }>;

/** What one client was shown of an execution: from where on, and the number of every item of both lanes, as they came. */
export type Testimony = Readonly<{ from: Place; positions: readonly number[]; sequences: readonly number[] }>;

/** Totals repeat the id of the item that changed them. */
const TOTALS = ['tokens', 'cost'];

/** One client that watches an execution to its end, over whatever happens to the connection. */
export class Witness {
  readonly #frames: Frame[] = [];
  readonly #watching: Promise<void>;
  #fault: Error | undefined;

  constructor(platform: Platform, executionId: string) {
    this.#watching = this.#watch(platform, executionId).catch((error: unknown) => {
      this.#fault = new Error('the watcher gave up', { cause: error });
    });
  }

  /** Waits for the first frame of this name. */
  async sees(event: string, within = 30_000): Promise<void> {
    await eventually(
      () => {
        if (this.#fault) throw this.#fault;
        return this.#frames.some((frame) => frame.event === event);
      },
      { within },
    );
  }

  /** Once the server has ended the stream. */
  async testimony(): Promise<Testimony> {
    await this.#watching;
    if (this.#fault) throw this.#fault;

    const [snapshot, ...others] = this.#frames;
    const items = others.filter(({ event }) => !TOTALS.includes(event));
    return {
      from: placeOf(snapshot),
      positions: items.filter(isFact).map((frame) => placeOf(frame).position),
      sequences: items.filter((frame) => !isFact(frame)).map((frame) => placeOf(frame).sequence),
    };
  }

  async #watch(platform: Platform, executionId: string): Promise<void> {
    for await (const frame of platform.frames(executionId)) this.#frames.push(frame);
  }
}

/** Domain events are named LikeThis, telemetry like_this. */
const isFact = ({ event }: Frame): boolean => /^[A-Z]/.test(event);

function placeOf(frame: Frame | undefined): Place {
  const [, position, sequence] = /\.(\d+)-(\d+)$/.exec(frame?.id ?? '') ?? [];
  return { position: Number(position), sequence: Number(sequence) };
}
