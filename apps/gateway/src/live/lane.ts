/** One of the two numberings of a live stream: what comes next is sent, everything else is read from its table. */
export class Lane<Item> {
  #at: number;

  constructor(
    after: number,
    private readonly numberOf: (item: Item) => number,
  ) {
    this.#at = after;
  }

  /** The number of the last item that was sent. */
  get at(): number {
    return this.#at;
  }

  /**
   * Which of these neighbours are new; `undefined` when something before them is missing. `previous` is the number before the first:
   * without any it says how far the lane reaches.
   */
  next(previous: number, items: readonly Item[]): readonly Item[] | undefined {
    const fresh = items.filter((item) => this.numberOf(item) > this.#at);
    const isOld = items.length > 0 && fresh.length === 0;
    return isOld || previous <= this.#at ? fresh : undefined;
  }

  sent(item: Item): void {
    this.#at = this.numberOf(item);
  }
}
