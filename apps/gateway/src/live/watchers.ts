import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import type { Outlet } from './outlet';

/** Who watches at this moment. */
@Injectable()
export class Watchers implements BeforeApplicationShutdown {
  readonly #open = new Map<Outlet, string>();
  #isClosing = false;

  /** `channel` is an execution's id, or the name of a feed. */
  add(outlet: Outlet, channel: string): void {
    if (outlet.signal.aborted) return;
    this.#open.set(outlet, channel);
    outlet.signal.addEventListener('abort', () => this.#open.delete(outlet));
    if (this.#isClosing) outlet.end();
  }

  get connections(): number {
    return this.#open.size;
  }

  /** How many different executions are watched. */
  get executions(): number {
    return new Set([...this.#open.values()].filter((channel) => channel.startsWith('exec-'))).size;
  }

  /** Streams are endless: watchers come back to another replica, with their last id. */
  beforeApplicationShutdown(): void {
    this.#isClosing = true;
    for (const outlet of this.#open.keys()) outlet.end();
  }
}
