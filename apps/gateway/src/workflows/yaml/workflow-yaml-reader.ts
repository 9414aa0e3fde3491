import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import type { ParsedWorkflow } from '@syntropic/orchestration/contracts';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { Problem } from '../../problems/problem';

/** The script of the worker thread, the arguments of Node that it needs, and the time that one document may take. */
export type WorkerScript = Readonly<{ file: string; execArgv: string[]; readingMs: number }>;

export const WORKER_SCRIPT = Symbol('WORKER_SCRIPT');
export const COMPILED_WORKER: WorkerScript = {
  file: join(__dirname, 'workflow-yaml.worker.js'),
  execArgv: [],
  // Documents within the bounds take a tenth of it.
  readingMs: 3_000,
};

const MOST_WAITING = 32;
const HEAP_MB = 256;
const RETRY_AFTER_SECONDS = 1;

/** Reads workflow documents in a worker thread, one at a time, so that no document delays other requests. */
@Injectable()
export class WorkflowYamlReader implements OnModuleInit, OnApplicationShutdown {
  #worker: Promise<Worker> | undefined;
  #waiting = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(@Inject(WORKER_SCRIPT) private readonly script: WorkerScript) {}

  /** The thread starts before the first request, because its modules take a while to load. */
  async onModuleInit(): Promise<void> {
    this.#worker = this.#start();
    await this.#worker;
  }

  /** @throws Problem when many documents wait already */
  async read(text: string): Promise<ParsedWorkflow> {
    if (this.#waiting >= MOST_WAITING) {
      const why = 'many documents wait to be read';
      throw new Problem('request.overloaded', why, { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.#waiting++;
    const reading = this.#last.then(() => this.#readNow(text)).finally(() => this.#waiting--);
    this.#last = reading.catch(() => undefined);
    return reading;
  }

  async onApplicationShutdown(): Promise<void> {
    await (await this.#worker)?.terminate();
  }

  async #readNow(text: string): Promise<ParsedWorkflow> {
    const worker = await (this.#worker ??= this.#start());
    const deadline = AbortSignal.timeout(this.script.readingMs);
    try {
      const answer = once(worker, 'message', { signal: deadline }) as Promise<[ParsedWorkflow]>;
      worker.postMessage(text);
      return (await answer)[0];
    } catch (error) {
      this.#worker = undefined;
      await worker.terminate();
      if (!deadline.aborted && !isOutOfMemory(error)) throw error;
      return { faults: [{ field: '', message: 'takes too long to read', line: 1, column: 1 }] };
    }
  }

  /** A thread that is ready: its first message says so. */
  async #start(): Promise<Worker> {
    const { file, execArgv } = this.script;
    const worker = new Worker(file, { execArgv, resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
    worker.unref();
    // A fault between two documents only ends the thread, and one in a document also rejects its reading.
    worker.on('error', () => {
      this.#worker = undefined;
    });
    await once(worker, 'message');
    return worker;
  }
}

const isOutOfMemory = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';
