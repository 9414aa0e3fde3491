import { readFile, rm } from 'node:fs/promises';
import { Child } from './child';
import { onFreePort } from './free-port';

/** The differences between the kinds of servers. */
export interface ServerProgram {
  readonly name: string;
  /** Holds its data and its settings. */
  readonly directory: string;
  readonly log: string;
  /** Shuts it down cleanly. */
  readonly stopSignal: NodeJS.Signals;
  /** Ends it at once; also sent when this process ends without stopping it. */
  readonly killSignal: 'SIGKILL' | 'SIGQUIT';
  /** The longest time that a start takes. */
  readonly startMs?: number;
  /** Prepares the directory if necessary, and returns the command. */
  prepare(port: number): Promise<readonly string[]>;
  /** Sends the server a request. */
  isReady(port: number): Promise<boolean>;
  /** Asks the server for its real work, and never rejects; without it a running server counts as working. */
  works?(port: number): Promise<boolean>;
  url(port: number, user?: string): string;
}

/** `answers`: the server is there, and does not do its work. */
export type ServerState = 'works' | 'answers' | 'silent';

const START_MS = 60_000;
const STOP_MS = 30_000;

/** A server that this process runs on a loopback port. A restart keeps its address and its data. */
export class LocalServer {
  #child?: Child;
  #port?: number;

  constructor(private readonly program: ServerProgram) {}

  get name(): string {
    return this.program.name;
  }

  /** Undefined while the server is stopped. */
  get pid(): number | undefined {
    return this.#child?.isRunning ? this.#child.pid : undefined;
  }

  /** Resolves with the cause of the end of its latest run. */
  get ended(): Promise<string> {
    return this.#started(this.#child).ended;
  }

  get url(): string {
    return this.program.url(this.#started(this.#port));
  }

  urlAs(user: string): string {
    return this.program.url(this.#started(this.#port), user);
  }

  /** Resolves once the server answers. */
  async start(): Promise<void> {
    if (this.#port !== undefined) return this.#launch(this.#port);
    await onFreePort((port) => this.#launch(port));
  }

  async check(): Promise<ServerState> {
    const port = this.#port;
    if (port === undefined || this.pid === undefined) return 'silent';
    if (!this.program.works || (await this.program.works(port))) return 'works';
    return (await this.program.isReady(port)) ? 'answers' : 'silent';
  }

  /** Shuts it down, and kills it after `graceMs`. */
  async stop(graceMs = STOP_MS): Promise<void> {
    await this.#child?.stop(this.program.stopSignal, graceMs);
  }

  /** Ends it without a shutdown, like a crash. */
  async kill(): Promise<void> {
    await this.#child?.stop(this.program.killSignal, STOP_MS);
  }

  /** Kills it, removes its data, and starts it again empty. */
  async wipe(): Promise<void> {
    await this.kill();
    await rm(this.program.directory, { recursive: true, force: true });
    await this.start();
  }

  /** Suspends all its processes until `thaw`: connections stay open without answers. */
  async freeze(): Promise<void> {
    for (const pid of await this.#processes()) process.kill(pid, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    for (const pid of await this.#processes()) process.kill(pid, 'SIGCONT');
  }

  async #launch(port: number): Promise<void> {
    const { name, log, killSignal, startMs = START_MS } = this.program;
    const command = await this.program.prepare(port);
    const child = await Child.start({ name, command, log, env: serverEnvironment(), onParentExit: killSignal });
    this.#child = child;
    this.#port = port;
    try {
      await child.ready(() => this.program.isReady(port), startMs);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async #processes(): Promise<readonly number[]> {
    if (this.pid === undefined) return [];
    const children = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return [this.pid, ...children.split(' ').filter(Boolean).map(Number)];
  }

  #started<Known>(known: Known | undefined): Known {
    if (known === undefined) throw new Error(`${this.name} has not been started`);
    return known;
  }
}

const NEEDED = /^(PATH|HOME|USER|LANG|LC_.*|TZ|TMPDIR|LD_LIBRARY_PATH)$/;

/** A server needs none of the credentials that the stack was started with. */
function serverEnvironment(): Record<string, string> {
  const needed = Object.entries(process.env).filter(([name]) => NEEDED.test(name));
  return Object.fromEntries(needed) as Record<string, string>;
}
