import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { once } from 'node:events';
import { dirname } from 'node:path';
import { endWithParent } from './end-with-parent';

export interface ChildOptions {
  readonly name: string;
  readonly command: readonly string[];
  /** Both output streams are appended to this file. */
  readonly log: string;
  readonly env?: Readonly<Record<string, string>>;
  /** The signal it gets when this process ends without stopping it. */
  readonly onParentExit: 'SIGKILL' | 'SIGQUIT';
}

const LOG_TAIL_BYTES = 2_000;

/** One run of a program. It never outlives this process, and signals of the terminal do not reach it. */
export class Child {
  /** Resolves with the cause of its end: `exit code 1` or `SIGKILL`, for example. */
  readonly ended: Promise<string>;
  #isRunning = true;

  private constructor(
    private readonly options: ChildOptions,
    private readonly process: ChildProcess,
    readonly pid: number,
  ) {
    this.ended = new Promise((resolve) => {
      process.once('exit', (code, signal) => {
        this.#isRunning = false;
        process.stdin?.destroy();
        resolve(signal ?? `exit code ${String(code)}`);
      });
    });
  }

  static async start(options: ChildOptions): Promise<Child> {
    const { program, args, stdin } = endWithParent(options.command, options.onParentExit);
    mkdirSync(dirname(options.log), { recursive: true });
    const log = openSync(options.log, 'a', 0o600);
    try {
      const started = spawn(program, args, {
        detached: true,
        stdio: [stdin, log, log],
        ...(options.env && { env: options.env }),
      });
      await once(started, 'spawn');
      if (started.pid === undefined) throw new Error(`${options.name} has no process id`);
      return new Child(options, started, started.pid);
    } finally {
      closeSync(log);
    }
  }

  get isRunning(): boolean {
    return this.#isRunning;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.#isRunning) this.process.kill(signal);
  }

  /** Sends the signal, and SIGKILL after `graceMs`. */
  async stop(signal: NodeJS.Signals, graceMs: number): Promise<void> {
    const kill = setTimeout(() => {
      this.signal('SIGKILL');
    }, graceMs);
    this.signal(signal);
    await this.ended;
    clearTimeout(kill);
  }

  /** Polls `isReady` until it is true. Rejects with the tail of the log when the program ends first or `withinMs` pass. */
  async ready(isReady: () => Promise<boolean>, withinMs: number): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (this.#isRunning) {
      if (await isReady().catch(() => false)) return;
      if (Date.now() > deadline) throw await this.#failure(`is not ready after ${withinMs / 1000} s`);
      await Promise.race([this.ended, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    throw await this.#failure(`ended while starting (${await this.ended})`);
  }

  async #failure(what: string): Promise<Error> {
    const { name, log } = this.options;
    return new Error(`${name} ${what}; the end of ${log}:\n${await tailOf(log)}`);
  }
}

async function tailOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(LOG_TAIL_BYTES),
      position: Math.max(0, size - LOG_TAIL_BYTES),
    });
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
