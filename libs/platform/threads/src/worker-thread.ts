import { ThreadRun, type ThreadProgram } from './thread-run';

/** A thread that answers calls one after the other. The call after its end starts another one. */
export class WorkerThread<Request, Answer> {
  #run: ThreadRun | undefined;

  constructor(private readonly program: ThreadProgram) {}

  /** Resolves when the thread is ready, so that the first call does not wait until its modules are loaded. */
  async start(): Promise<void> {
    await this.#present().ready;
  }

  /**
   * `withinMs`: the time for the call and for those that the thread has before it.
   * @throws DeadlineMissed, and the error that has ended the thread: both fail every call that waits for it
   */
  async call(request: Request, { withinMs }: Readonly<{ withinMs?: number }> = {}): Promise<Answer> {
    // The thread's program gives the answers of its calls.
    return (await this.#present().call(request, withinMs)) as Answer;
  }

  async close(): Promise<void> {
    await this.#run?.end(new Error('the thread is closed'));
  }

  #present(): ThreadRun {
    if (this.#run?.hasEnded !== false) this.#run = new ThreadRun(this.program);
    return this.#run;
  }
}
