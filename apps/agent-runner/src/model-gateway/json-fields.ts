/** The depth to which names of fields are followed. */
const MAX_DEPTH = 3;
const MAX_NAME = 64;
/** A longer value is not kept: those that are asked for are short. */
const MAX_VALUE_BYTES = 64 * 1024;

const [QUOTE, BACKSLASH, COLON, COMMA] = [0x22, 0x5c, 0x3a, 0x2c];
const [OPEN_OBJECT, CLOSE_OBJECT, OPEN_ARRAY, CLOSE_ARRAY] = [0x7b, 0x7d, 0x5b, 0x5d];

/** The place of a value in the text: the offset of its first byte, and of the byte behind it. */
export type Span = Readonly<{ start: number; end: number }>;

type Value = Readonly<{ span: Span; text: string | undefined }>;

/**
 * Finds a few fields in the text of a JSON object that arrives in pieces, without parsing or keeping the rest.
 * Paths such as `response.usage` name them; none may be part of another one. Text that is no JSON gives arbitrary fields, or none.
 */
export class JsonFields {
  readonly #paths: ReadonlySet<string>;
  readonly #values = new Map<string, Value>();
  /** The kinds of the open containers, and the names of their present fields. */
  readonly #isObject: boolean[] = [];
  readonly #names: string[] = [];
  #depth = 0;
  #offset = 0;
  #expectsName = false;
  #inString = false;
  #isEscaped = false;
  /** The string that is being read, when it is a name. */
  #name: string | undefined;
  #capture: { path: string; depth: number; start: number; parts: Buffer[]; bytes: number } | undefined;
  #end: number | undefined;

  constructor(paths: readonly string[]) {
    this.#paths = new Set(paths);
  }

  /** The offset of the brace that closes the object; undefined before. */
  get end(): number | undefined {
    return this.#end;
  }

  push(piece: Buffer): void {
    let from = 0;
    for (let at = 0; at < piece.length; at++) {
      if (this.#inString) {
        at = this.#readString(piece, at);
        continue;
      }
      const byte = piece[at] ?? 0;
      if (this.#capture && this.#endsCapture(byte)) {
        this.#keep(piece.subarray(from, at));
        this.#finishCapture(this.#offset + at);
      }
      if (this.#read(byte, this.#offset + at)) from = at + 1;
    }
    if (this.#capture) this.#keep(piece.subarray(Math.max(0, Math.min(from, piece.length))));
    this.#offset += piece.length;
  }

  span(path: string): Span | undefined {
    return this.#values.get(path)?.span;
  }

  /** The value of a field; undefined when it was not found, or is no JSON. */
  get(path: string): unknown {
    const text = this.#values.get(path)?.text;
    if (text === undefined) return undefined;
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return undefined;
    }
  }

  /** True when a capture begins behind this byte. */
  #read(byte: number, offset: number): boolean {
    switch (byte) {
      case QUOTE:
        this.#inString = true;
        this.#name = this.#expectsName && this.#depth <= MAX_DEPTH ? '' : undefined;
        return false;
      case OPEN_OBJECT:
      case OPEN_ARRAY:
        this.#open(byte === OPEN_OBJECT);
        return false;
      case CLOSE_OBJECT:
      case CLOSE_ARRAY:
        this.#close(offset);
        return false;
      case COMMA:
        this.#expectsName = this.#depth > 0 && this.#depth <= MAX_DEPTH && this.#isObject[this.#depth - 1] === true;
        return false;
      case COLON:
        return this.#beginValue(offset);
      default:
        return false;
    }
  }

  /** The index of the last byte that was read as a part of the string. */
  #readString(piece: Buffer, from: number): number {
    for (let at = from; at < piece.length; at++) {
      const byte = piece[at] ?? 0;
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === QUOTE) {
        this.#endString();
        return at;
      } else if (byte === BACKSLASH) this.#isEscaped = true;
      // An escaped name keeps its backslash, and is none of those that are asked for.
      if (this.#name !== undefined && this.#name.length < MAX_NAME) this.#name += String.fromCharCode(byte);
    }
    return piece.length;
  }

  #endString(): void {
    this.#inString = false;
    if (this.#name === undefined) return;
    this.#names[this.#depth - 1] = this.#name;
    this.#expectsName = false;
    this.#name = undefined;
  }

  #open(isObject: boolean): void {
    if (this.#depth < MAX_DEPTH) {
      this.#isObject[this.#depth] = isObject;
      // No path leads through an array.
      this.#names[this.#depth] = isObject ? '' : '[]';
    }
    this.#depth++;
    this.#expectsName = isObject && this.#depth <= MAX_DEPTH;
  }

  #close(offset: number): void {
    this.#depth = Math.max(0, this.#depth - 1);
    this.#expectsName = false;
    if (this.#depth === 0) this.#end ??= offset;
  }

  #beginValue(offset: number): boolean {
    if (this.#capture || this.#depth === 0 || this.#depth > MAX_DEPTH || !this.#isObject[this.#depth - 1]) return false;
    const path = this.#names.slice(0, this.#depth).join('.');
    if (!this.#paths.has(path)) return false;
    this.#capture = { path, depth: this.#depth, start: offset + 1, parts: [], bytes: 0 };
    return true;
  }

  #endsCapture(byte: number): boolean {
    return (byte === COMMA || byte === CLOSE_OBJECT) && this.#depth === this.#capture?.depth;
  }

  #keep(part: Buffer): void {
    const capture = this.#capture;
    if (!capture) return;
    capture.bytes += part.length;
    if (capture.bytes <= MAX_VALUE_BYTES) capture.parts.push(part);
  }

  /** The last value of a repeated field counts, as for JSON.parse. */
  #finishCapture(end: number): void {
    if (!this.#capture) return;
    const { path, start, parts, bytes } = this.#capture;
    const text = bytes <= MAX_VALUE_BYTES ? Buffer.concat(parts).toString() : undefined;
    this.#values.set(path, { span: { start, end }, text });
    this.#capture = undefined;
  }
}
