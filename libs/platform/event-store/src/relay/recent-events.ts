import type { Recorded } from '@syntropic/kernel';
import type { Appended } from '../append';
import type { LogPlace } from '../log-place';

const MOST_EVENTS = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;

/**
 * The newest events of the log, as this process has appended them: without a gap, and bounded. The relay publishes them without reading them
 * again. The log remains the source: what another process has appended, and all that follows a gap, is read there.
 */
export class RecentEvents {
  #calls: Appended[] = [];
  #events = 0;
  #bytes = 0;
  #listener: (() => void) | undefined;

  /** Takes the events of a call. False when no relay listens in this process. */
  add(appended: Appended): boolean {
    const last = this.#calls.at(-1);
    if (last?.epoch !== appended.epoch || last.last + 1 !== appended.first) this.#forget(this.#calls.length);
    this.#calls.push(appended);
    this.#events += appended.events.length;
    this.#bytes += appended.bytes;
    while (this.#events > MOST_EVENTS || this.#bytes > MOST_BYTES) this.#forget(1);
    this.#listener?.();
    return this.#listener !== undefined;
  }

  /** Calls the listener after each addition, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      if (this.#listener === listener) this.#listener = undefined;
    };
  }

  /**
   * The events that follow this place, at most so many; none where the event of the place is not known: only with it is it certain that
   * the log has not gone back.
   */
  after({ epoch, position, event }: LogPlace, limit: number): readonly Recorded[] {
    const from = this.#calls.findIndex(({ first, last }) => first <= position && position <= last);
    const call = this.#calls[from];
    if (call?.epoch !== epoch || call.events[position - call.first]?.id !== event) return [];

    const behind = this.#calls.slice(from, from + limit + 1).flatMap(({ events }) => events);
    return behind.slice(position - call.first + 1, position - call.first + 1 + limit);
  }

  /** True when no later event is known. */
  endsAt({ position }: LogPlace): boolean {
    return this.#calls.at(-1)?.last === position;
  }

  #forget(calls: number): void {
    for (const { events, bytes } of this.#calls.splice(0, calls)) {
      this.#events -= events.length;
      this.#bytes -= bytes;
    }
  }
}
