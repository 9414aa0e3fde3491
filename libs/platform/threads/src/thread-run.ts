import { Worker } from 'node:worker_threads';
import { READY, type ThreadReply } from './messages';

/** The program of a thread, the arguments of Node that it needs, and the most heap that it may fill. */
export type ThreadProgram = Readonly<{ file: string; execArgv?: readonly string[]; heapMb?: number }>;

/** The thread has not answered in time; it was ended. */
export class DeadlineMissed extends Error {
  override readonly name = 'DeadlineMissed';

  constructor(withinMs: number) {
    super(`the thread has not answered within ${withinMs} ms`);
  }
}

/** True for the end of a thread that has filled its heap. */
export const isOutOfMemory = (error: unknown): boolean =>
  (error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY';

type Waiting = Readonly<{ resolve: (answer: unknown) => void; reject: (error: Error) => void }>;

/** One run of a thread, with the calls that wait for it: the end of another run does not concern them. */
export class ThreadRun {
  /** The thread has loaded its modules. */
  readonly ready: Promise<void>;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #calls = 0;
  #hasEnded = false;
  #failReady: (error: Error) => void = () => undefined;

  constructor({ file, execArgv = [], heapMb }: ThreadProgram) {
    const limits = heapMb !== undefined && { resourceLimits: { maxOldGenerationSizeMb: heapMb } };
    this.#worker = new Worker(file, { execArgv: [...execArgv], ...limits });
    // A process without other work may end.
    this.#worker.unref();
    this.ready = new Promise((resolve, reject) => {
      this.#failReady = reject;
      this.#worker.on('message', (message: typeof READY | ThreadReply) => {
        if (message === READY) resolve();
        else this.#settle(message);
      });
    });
    // Every call waits for it too, and reports the fault.
    this.ready.catch(() => undefined);
    this.#worker.on('error', (error: Error) => {
      this.#fail(error);
    });
    this.#worker.on('exit', () => {
      this.#fail(new Error('the thread has ended'));
    });
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  async call(request: unknown, withinMs?: number): Promise<unknown> {
    await this.ready;
    const id = ++this.#calls;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
    });
    const expire = () => this.end(new DeadlineMissed(withinMs ?? 0));
    const deadline = withinMs !== undefined && setTimeout(() => void expire(), withinMs);
    if (this.#hasEnded) this.#fail(new Error('the thread has ended'));
    this.#worker.postMessage({ id, request });
    try {
      return await answered;
    } finally {
      if (deadline) clearTimeout(deadline);
    }
  }

  /** Fails the calls that wait, and ends the thread. */
  async end(why: Error): Promise<void> {
    this.#fail(why);
    await this.#worker.terminate();
  }

  #settle({ id, answer, fault }: ThreadReply): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (fault === undefined) waiting?.resolve(answer);
    else waiting?.reject(new Error(fault));
  }

  #fail(error: Error): void {
    this.#hasEnded = true;
    this.#failReady(error);
    const failed = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of failed) reject(error);
  }
}
