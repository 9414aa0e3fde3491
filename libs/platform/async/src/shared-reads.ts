type Round<Result> = { settled: Promise<void>; next: Promise<Result> | undefined };

/**
 * Reads once for all callers of a key. Callers that come during a read share the next one: a result is never older than the call,
 * so a caller finds what it has written before.
 */
export class SharedReads<Result> {
  readonly #rounds = new Map<string, Round<Result>>();

  read(key: string, read: () => Promise<Result>): Promise<Result> {
    const round = this.#rounds.get(key);
    if (!round) return this.#begin(key, read);
    round.next ??= round.settled.then(() => this.#begin(key, read));
    return round.next;
  }

  #begin(key: string, read: () => Promise<Result>): Promise<Result> {
    const result = read();
    const end = () => {
      if (!round.next) this.#rounds.delete(key);
    };
    // The callers of the read get its fault, those of the next one do not.
    const round: Round<Result> = { settled: result.then(end, end), next: undefined };
    this.#rounds.set(key, round);
    return result;
  }
}
