import type { EventLog, LogPage } from '@syntropic/event-store';

type Known = Readonly<{ after: number; limit: number; page: Promise<LogPage> }>;

/** Projections that catch up take turns, so each asks for the page that another one has just read; and the one behind it. */
const PAGES = 3;

/**
 * Reads a page of the log once for all projections that come to it one after the other, and the next one while they fold it.
 * Pages that end at the head are not kept.
 */
export class SharedPages {
  #known: readonly Known[] = [];
  /** The end of the page that was asked for last. */
  #end = 0;

  constructor(private readonly log: Pick<EventLog, 'read'>) {}

  async read(after: number, limit: number): Promise<LogPage> {
    // Projections in different places would displace each other's next pages.
    const goesOn = after === this.#end || this.#find(after, limit) !== undefined;
    const page = await this.#page(after, limit);
    this.#end = page.events.at(-1)?.position ?? after;
    // Its failure is that of the projection that asks for it.
    if (goesOn && this.#end < page.head.position) this.#page(this.#end, limit).catch(() => undefined);
    return page;
  }

  #find(after: number, limit: number): Known | undefined {
    return this.#known.find((one) => one.after === after && one.limit === limit);
  }

  #forget(read: Known): void {
    this.#known = this.#known.filter((one) => one !== read);
  }

  async #page(after: number, limit: number): Promise<LogPage> {
    const known = this.#find(after, limit);
    if (known) return known.page;

    const read: Known = { after, limit, page: this.log.read(after, limit) };
    this.#known = [read, ...this.#known].slice(0, PAGES);
    try {
      const page = await read.page;
      if ((page.events.at(-1)?.position ?? after) >= page.head.position) this.#forget(read);
      return page;
    } catch (error) {
      this.#forget(read);
      throw error;
    }
  }
}
