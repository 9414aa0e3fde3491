/** One numbering of a live stream, domain or telemetry: sends items in order and once, and detects gaps. */
export class OrderedChannel<Item> {
  #last: number;

  constructor(
    after: number,
    private readonly numberOf: (item: Item) => number,
  ) {
    this.#last = after;
  }

  /** The number of the last item that was sent. */
  get last(): number {
    return this.#last;
  }

  /**
   * The new ones of these neighbours; `undefined` when an item before them is missing. `previous` is the number before the first.
   * Without items it is the number that the channel has reached elsewhere.
   */
  next(previous: number, items: readonly Item[]): readonly Item[] | undefined {
    const fresh = items.filter((item) => this.numberOf(item) > this.#last);
    const isOld = items.length > 0 && fresh.length === 0;
    return isOld || previous <= this.#last ? fresh : undefined;
  }

  sent(item: Item): void {
    this.#last = this.numberOf(item);
  }
}
