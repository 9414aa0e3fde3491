import { redactSecrets } from './secret-shapes';

/** A key begins with the end of a line; within JSON it goes on in the same one, and has a shape. */
const BEGIN = /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[^A-Za-z0-9+/=]{0,8}$/;
const MARK = 'PRIVATE KEY-----';
const END = '-----END ';

/** The end of a line of a key's body, behind whatever a program prints before the lines of a file. */
const BODY = /(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{40,}={0,2}(?=[^A-Za-z0-9+/=]{0,8}$)/;
/** The last one, which is shorter, and follows others at once. */
const LAST =
  /(?<![A-Za-z0-9/=])(?:[A-Za-z0-9+/]{4}){0,9}(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)(?=[^A-Za-z0-9+/=]{0,8}$)/;

const WORD = /^[A-Z]?[a-z]+$/;

/** Lines between those of a key: headers of the key, and lines of others. */
const MOST_BETWEEN = 10;

/** Lines of a key of 16,384 bits. */
const MOST_LINES = 250;

const NAME = '[private key]';

/** The lines of the present key so far, and the lines since the last of them. */
type Key = Readonly<{ lines: number; between: number }>;

/** Leaves out credentials of text that comes line by line: the single lines of a private key have no shape of their own. */
export class LineRedactor {
  #key: Key | undefined;

  /** One line or several, without credentials. */
  redact(text: string): string {
    if (!this.#key && !text.includes(MARK)) return redactSecrets(text);
    const lines = text.split('\n').map((line) => this.#line(line));
    return redactSecrets(lines.join('\n'));
  }

  #line(line: string): string {
    if (line.includes(MARK)) {
      this.#key = BEGIN.test(line) && !line.includes(END) ? { lines: 0, between: 0 } : undefined;
      return line;
    }
    return this.#key ? this.#lineOf(this.#key, line) : line;
  }

  #lineOf({ lines, between }: Key, line: string): string {
    const found = bodyIn(line) ?? (lines > 0 && between === 0 ? lastIn(line) : undefined);
    const key = found ? { lines: lines + 1, between: 0 } : { lines, between: between + 1 };
    const isOver = key.lines >= MOST_LINES || key.between >= MOST_BETWEEN || (found && found[0].length < 40);
    this.#key = isOver ? undefined : key;
    return found ? line.slice(0, found.index) + NAME + line.slice(found.index + found[0].length) : line;
  }
}

/** The letters of hashes are all small ones. */
function bodyIn(line: string): RegExpExecArray | undefined {
  const found = BODY.exec(line);
  return found && /[A-Z]/.test(found[0]) && /[a-z]/.test(found[0]) ? found : undefined;
}

function lastIn(line: string): RegExpExecArray | undefined {
  const found = LAST.exec(line);
  return found && !WORD.test(found[0]) ? found : undefined;
}
