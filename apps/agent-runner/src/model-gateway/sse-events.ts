const [LINE_FEED, RETURN] = [0x0a, 0x0d];
const DATA = Buffer.from('data:');

/** Receives the data of events, in pieces. */
type Receiver = Readonly<{
  onData: (piece: Buffer) => void;
  /** Called at the end of each event that has data. */
  onEnd: () => void;
}>;

/** Finds the data of server-sent events in bytes that arrive in pieces, and keeps none of them. */
export class SseEvents {
  /** The bytes of the line that have been compared with `data:`. */
  #prefix = 0;
  #kind: 'undecided' | 'data' | 'other' = 'undecided';
  #isEmptyLine = true;
  #hasData = false;

  constructor(private readonly receiver: Receiver) {}

  push(piece: Buffer): void {
    for (let at = 0; at < piece.length;) {
      const found = piece.indexOf(LINE_FEED, at);
      const end = found < 0 ? piece.length : found;
      this.#line(piece.subarray(at, end));
      if (found >= 0) this.#endLine();
      at = end + 1;
    }
  }

  /** To be called when the bytes have ended: the last event may be without its empty line. */
  end(): void {
    this.#endLine();
    this.#endEvent();
  }

  #line(part: Buffer): void {
    if (part.some((byte) => byte !== RETURN)) this.#isEmptyLine = false;
    let from = 0;
    while (this.#kind === 'undecided' && from < part.length) {
      if (part[from] !== DATA[this.#prefix]) this.#kind = 'other';
      else if (++this.#prefix === DATA.length) this.#kind = 'data';
      from++;
    }
    if (this.#kind !== 'data' || from >= part.length) return;
    this.#hasData = true;
    this.receiver.onData(part.subarray(from));
  }

  #endLine(): void {
    if (this.#isEmptyLine) this.#endEvent();
    this.#prefix = 0;
    this.#kind = 'undecided';
    this.#isEmptyLine = true;
  }

  #endEvent(): void {
    if (this.#hasData) this.receiver.onEnd();
    this.#hasData = false;
  }
}
