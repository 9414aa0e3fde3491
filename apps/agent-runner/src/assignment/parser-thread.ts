import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { PARSER_WORKER } from '../injection-tokens';
import { outlineOf, type LegEnd, type MessageOutline, type SpoolLine } from '../session';
import type { ParserCall, ParserCalls, ParserReply, ParserRequest } from './parser.messages';
import type { ParsedLines, SpoolParserOptions } from './spool-parser';

/** The program of the parser's thread. */
export type WorkerProgram = Readonly<{ file: string; execArgv: readonly string[] }>;

export const PARSER_PROGRAM: WorkerProgram = { file: join(__dirname, 'parser.worker.js'), execArgv: [] };

/** Shorter lines are parsed at once: no such line takes a millisecond. */
const SHORT_CHARACTERS = 16 * 1024;

/** The parser of one session, in the thread. */
export interface ThreadedParser {
  read(lines: readonly SpoolLine[]): Promise<ParsedLines>;
  end(legEnd: LegEnd, time: string): Promise<ParsedLines>;
  close(): void;
}

type Waiting = Readonly<{ resolve: (answer: unknown) => void; reject: (error: Error) => void }>;

/** Parses the output of all sessions in a thread of its own, so that no output delays the renewal of leases. */
@Injectable()
export class ParserThread implements OnApplicationShutdown {
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #calls = 0;
  #parsers = 0;

  constructor(@Inject(PARSER_WORKER) private readonly program: WorkerProgram) {}

  open(options: SpoolParserOptions): ThreadedParser {
    const parser = ++this.#parsers;
    const opened = this.#call('open', { parser, options });
    return {
      read: (lines) => opened.then(() => this.#call('read', { parser, lines })),
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
    await this.#worker?.terminate();
  }

  async #call<Call extends ParserCall>(
    call: Call,
    args: ParserCalls[Call]['arguments'],
  ): Promise<ParserCalls[Call]['answer']> {
    const id = ++this.#calls;
    // The union of requests is made of the same table as these arguments.
    const request = { id, call, ...args } as unknown as ParserRequest;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    (this.#worker ??= this.#start()).postMessage(request);
    return (await answered) as ParserCalls[Call]['answer'];
  }

  #start(): Worker {
    const { file, execArgv } = this.program;
    const worker = new Worker(file, { execArgv: [...execArgv] });
    // A runner without sessions may end.
    worker.unref();
    worker.on('message', (reply: ParserReply) => {
      this.#settle(reply);
    });
    worker.on('error', (error) => {
      this.#fail(worker, error instanceof Error ? error : new Error(String(error)));
    });
    worker.on('exit', () => {
      this.#fail(worker, new Error('the thread that parses output has ended'));
    });
    return worker;
  }

  #settle({ id, answer, fault }: ParserReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (fault === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(fault));
  }

  /** The next call starts another thread. A faulty one reports its fault and then its end, which must not fail the calls to its successor. */
  #fail(worker: Worker, error: Error): void {
    if (worker !== this.#worker) return;
    this.#worker = undefined;
    const failed = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of failed) reject(error);
  }
}
