import { AdmissionQueue, Overloaded } from '@syntropic/async';
import type { Msg } from 'nats';
import { copyKeyOf, isFromService, remainingMsOf } from './command-headers';

/** More at the same time would not be faster: the log takes about as many appends in one call. */
const CONCURRENT = 256;
const WAITING_BYTES = 16 * 1024 * 1024;
/** Commands that begin later than this before their deadline are answered too late. */
const RESERVE_MS = 1_000;
const DEFAULT_DEADLINE_MS = 5_000;

/**
 * Decides which commands are begun. A copy of a command in hand shares its answer; what cannot begin in time is refused unread.
 * Commands of services do not wait: they concern work that has begun, and their number is bounded by it.
 */
export class CommandIntake {
  readonly #queue = new AdmissionQueue({ concurrent: CONCURRENT, waitingBytes: WAITING_BYTES, reserveMs: RESERVE_MS });
  readonly #inHand = new Map<string, Msg>();
  readonly #copies = new WeakMap<Msg, Msg[]>();

  /** Resolves when the command has been handled, with the overload when it has not been begun. */
  async take(message: Msg, handle: () => Promise<unknown>): Promise<Overloaded | undefined> {
    const key = keyOf(message);
    const first = key === undefined ? undefined : this.#inHand.get(key);
    if (first) {
      this.#copies.set(first, [...this.copiesOf(first), message]);
      return undefined;
    }

    if (key !== undefined) this.#inHand.set(key, message);
    try {
      await this.#admit(message, handle);
      return undefined;
    } catch (error) {
      if (error instanceof Overloaded) return error;
      throw error;
    } finally {
      if (key !== undefined) this.#inHand.delete(key);
    }
  }

  /** The messages that repeat this one, and get its answer. */
  copiesOf(message: Msg): readonly Msg[] {
    return this.#copies.get(message) ?? [];
  }

  #admit({ headers, data }: Msg, handle: () => Promise<unknown>): Promise<unknown> {
    if (headers && isFromService(headers)) return handle();
    const withinMs = (headers && remainingMsOf(headers)) ?? DEFAULT_DEADLINE_MS;
    return this.#queue.run(handle, { bytes: data.length, withinMs });
  }
}

function keyOf({ subject, headers }: Msg): string | undefined {
  const copyKey = headers && copyKeyOf(headers);
  return copyKey && `${subject} ${copyKey}`;
}
