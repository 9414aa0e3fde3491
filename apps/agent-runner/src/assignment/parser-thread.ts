import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WorkerThread, type ThreadProgram } from '@syntropic/threads';
import { join } from 'node:path';
import { PARSER_WORKER } from '../injection-tokens';
import { outlineOf, type MessageOutline } from '../session';
import { FirstLinesParser, type LinesParser } from './first-lines-parser';
import type { ParserCall, ParserCalls, ParserRequest } from './parser.messages';
import type { SpoolParserOptions } from './spool-parser';

export const PARSER_PROGRAM: ThreadProgram = { file: join(__dirname, 'parser.worker.js') };

/** Shorter lines are parsed at once: no such line takes a millisecond. */
const SHORT_CHARACTERS = 16 * 1024;

/**
 * Parses the output of sessions in a thread of its own, so that no output delays the renewal of leases. The first lines of a session are
 * parsed at once: handing a short line to a thread takes longer than to parse it.
 */
@Injectable()
export class ParserThread implements OnApplicationShutdown {
  readonly #thread: WorkerThread<ParserRequest, unknown>;
  #parsers = 0;

  constructor(@Inject(PARSER_WORKER) program: ThreadProgram) {
    this.#thread = new WorkerThread(program);
  }

  open(options: SpoolParserOptions): LinesParser {
    return new FirstLinesParser(options, () => this.#open(options));
  }

  #open(options: SpoolParserOptions): LinesParser {
    const parser = ++this.#parsers;
    const opened = this.#call('open', { parser, options });
    return {
      read: (records) => opened.then(() => this.#call('read', { parser, records })),
      end: (legEnd, time) => opened.then(() => this.#call('end', { parser, legEnd, time })),
      close: () => {
        // A thread that has ended has no parser to close.
        opened.then(() => this.#call('close', { parser })).catch(() => undefined);
      },
    };
  }

  outline(line: string): Promise<MessageOutline | undefined> {
    return line.length <= SHORT_CHARACTERS ? Promise.resolve(outlineOf(line)) : this.#call('outline', { line });
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#thread.close();
  }

  async #call<Call extends ParserCall>(
    call: Call,
    args: ParserCalls[Call]['arguments'],
  ): Promise<ParserCalls[Call]['answer']> {
    // The union of requests is made of the same table as these arguments, and so are the answers.
    const request = { call, ...args } as unknown as ParserRequest;
    return (await this.#thread.call(request)) as ParserCalls[Call]['answer'];
  }
}
