import type { EventLog, LogPage } from '@syntropic/event-store';

type Known = Readonly<{ after: number; limit: number; page: Promise<LogPage> }>;

/** Projections that catch up take turns, so each asks for the page that another one has just read. */
const PAGES = 2;

/** Reads a page of the log once for all projections that come to it one after the other. Pages that end at the head are not kept. */
export class SharedPages {
  #known: readonly Known[] = [];

  constructor(private readonly log: Pick<EventLog, 'read'>) {}

  async read(after: number, limit: number): Promise<LogPage> {
    const known = this.#known.find((one) => one.after === after && one.limit === limit);
    if (known) return known.page;

    const read: Known = { after, limit, page: this.log.read(after, limit) };
    this.#known = [read, ...this.#known].slice(0, PAGES);
    try {
      const page = await read.page;
      if ((page.events.at(-1)?.position ?? after) >= page.head.position) this.#known = [];
      return page;
    } catch (error) {
      this.#known = this.#known.filter((one) => one !== read);
      throw error;
    }
  }
}
