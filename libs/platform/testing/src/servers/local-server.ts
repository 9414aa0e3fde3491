import { readFile, rm } from 'node:fs/promises';
import { Child } from './child';
import { onFreePort } from './free-port';

/** What tells one kind of server from another. */
export interface ServerProgram {
  readonly name: string;
  /** Where it keeps its data and its settings. */
  readonly directory: string;
  readonly log: string;
  /** Ends it in good order. */
  readonly stopSignal: NodeJS.Signals;
  /** Ends it at once; also what it gets when this process ends without stopping it. */
  readonly killSignal: 'SIGKILL' | 'SIGQUIT';
  /** Makes the directory ready, if it is not, and names the command. */
  prepare(port: number): Promise<readonly string[]>;
  /** Asks the server itself. */
  isReady(port: number): Promise<boolean>;
  url(port: number, user?: string): string;
}

const START_MS = 60_000;
const STOP_MS = 30_000;

/** A server that this process runs on a loopback port. Stopped and started again it keeps its address and its data. */
export class LocalServer {
  private child?: Child;
  private port?: number;

  constructor(private readonly program: ServerProgram) {}

  get name(): string {
    return this.program.name;
  }

  /** Undefined while it does not run. */
  get pid(): number | undefined {
    return this.child?.isRunning ? this.child.pid : undefined;
  }

  /** Resolves with how its latest run ended. */
  get ended(): Promise<string> {
    return this.started(this.child).ended;
  }

  get url(): string {
    return this.program.url(this.started(this.port));
  }

  urlAs(user: string): string {
    return this.program.url(this.started(this.port), user);
  }

  /** Resolves once the server answers. */
  async start(): Promise<void> {
    if (this.port !== undefined) return this.launch(this.port);
    await onFreePort((port) => this.launch(port));
  }

  async stop(): Promise<void> {
    await this.child?.stop(this.program.stopSignal, STOP_MS);
  }

  /** Ends it as a crash would. */
  async kill(): Promise<void> {
    await this.child?.stop(this.program.killSignal, STOP_MS);
  }

  /** Kills it, removes everything it stored, and starts it as if it were new. */
  async wipe(): Promise<void> {
    await this.kill();
    await rm(this.program.directory, { recursive: true, force: true });
    await this.start();
  }

  /** Stops all its processes in their tracks: connections stay open and nobody answers, until `thaw`. */
  async freeze(): Promise<void> {
    for (const pid of await this.processes()) process.kill(pid, 'SIGSTOP');
  }

  async thaw(): Promise<void> {
    for (const pid of await this.processes()) process.kill(pid, 'SIGCONT');
  }

  private async launch(port: number): Promise<void> {
    const { name, log, killSignal } = this.program;
    const command = await this.program.prepare(port);
    const child = await Child.start({ name, command, log, withParent: killSignal });
    this.child = child;
    this.port = port;
    try {
      await child.ready(() => this.program.isReady(port), START_MS);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  private async processes(): Promise<readonly number[]> {
    if (this.pid === undefined) return [];
    const children = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8');
    return [this.pid, ...children.split(' ').filter(Boolean).map(Number)];
  }

  private started<Known>(known: Known | undefined): Known {
    if (known === undefined) throw new Error(`${this.name} has not been started`);
    return known;
  }
}
