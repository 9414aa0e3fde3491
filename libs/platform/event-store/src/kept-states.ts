type Entry = Readonly<{
  state: unknown;
  /** The estimated bytes: as measured, and what was added since. */
  bytes: number;
  measured: number;
}>;

const CAPACITY_BYTES = 64 * 1024 * 1024;
/** Counted for every entry, however small its state. */
const ENTRY_BYTES = 1_024;
/** Additions up to here are not worth a measurement. */
const WORTH_MEASURING = 64 * 1024;

/** States of aggregates of all kinds, the most recently used up to a number of bytes, so that a long stream is read once. */
export class KeptStates {
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  constructor(private readonly capacity = CAPACITY_BYTES) {}

  get(stream: string): unknown {
    const entry = this.#remove(stream);
    if (entry) this.#insert(stream, entry);
    return entry?.state;
  }

  /** `added` bytes of events were folded since the state was kept last: it is measured when they have doubled it. */
  set(stream: string, state: unknown, added: number): void {
    const before = this.#remove(stream) ?? { bytes: ENTRY_BYTES, measured: ENTRY_BYTES };
    const bytes = before.bytes + added;
    const measured = bytes > 2 * before.measured + WORTH_MEASURING ? ENTRY_BYTES + bytesOf(state) : undefined;
    this.#insert(stream, { state, bytes: measured ?? bytes, measured: measured ?? before.measured });

    for (const oldest of this.#entries.keys()) {
      if (this.#bytes <= this.capacity) return;
      this.#remove(oldest);
    }
  }

  delete(stream: string): void {
    this.#remove(stream);
  }

  #insert(stream: string, entry: Entry): void {
    this.#entries.set(stream, entry);
    this.#bytes += entry.bytes;
  }

  #remove(stream: string): Entry | undefined {
    const entry = this.#entries.get(stream);
    if (!entry) return undefined;
    this.#entries.delete(stream);
    this.#bytes -= entry.bytes;
    return entry;
  }
}

/** Two bytes a character, as text with a single character beyond Latin-1 has in memory. */
export const bytesOf = (value: unknown): number => 2 * JSON.stringify(value).length;
