/** The bytes that may be held at the same time, by one holder as a part of what all may hold. */
export class ByteBudget {
  #taken = 0;

  constructor(
    private readonly most: number,
    private readonly whole?: ByteBudget,
  ) {}

  /** False when there is no room. */
  take(bytes: number): boolean {
    if (this.#taken + bytes > this.most || this.whole?.take(bytes) === false) return false;
    this.#taken += bytes;
    return true;
  }

  give(bytes: number): void {
    this.#taken -= bytes;
    this.whole?.give(bytes);
  }
}
