import { LineRedactor } from '@syntropic/kernel';
import type { Readable } from 'node:stream';
import { linesOf } from '../session/lines';
import type { OutputSpooler } from '../session/output-spooler';
import type { Piece } from '../session/joined-lines';
import type { AgentProcess } from '../workspaces';
import type { Redactor } from './redactor';

const TAIL_CHARACTERS = 2_000;

/** Reads the output of set-up commands into the spool, without the values of secrets. */
export class SetupOutput {
  readonly #shapes = new LineRedactor();
  #tail = '';
  /** A long line is spooled in parts: lines of the other stream wait for its end. */
  #kept: Promise<void> = Promise.resolve();

  constructor(
    private readonly spooler: OutputSpooler,
    private readonly redactor: Redactor,
  ) {}

  /** The last of what the present command has printed. */
  get tail(): string {
    return this.#tail;
  }

  /** Resolves when both streams of a command have ended. */
  async read({ stdout, stderr }: AgentProcess): Promise<void> {
    this.#tail = '';
    await Promise.all([this.#read(stdout), this.#read(stderr)]);
  }

  /** To be called behind the last command. */
  end(): void {
    this.spooler.end();
  }

  async #read(stream: Readable): Promise<void> {
    for await (const lines of linesOf(stream)) {
      const shown = lines.map((line) => this.redactor.line(line));
      for (const piece of this.spooler.piecesOf(shown)) {
        this.#kept = this.#kept.then(() => this.#keep(piece));
        await this.#kept;
      }
      await this.spooler.pause();
    }
  }

  async #keep(piece: Piece): Promise<void> {
    await this.spooler.keep('setup', piece);
    this.#tail = `${this.#tail}${this.#shapes.redact(piece.text)}\n`.slice(-TAIL_CHARACTERS);
  }
}
