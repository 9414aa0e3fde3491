import { Child } from '@syntropic/testing/servers';
import { get } from 'node:http';
import type { ServiceName } from './services';

export interface ServiceOptions {
  readonly name: ServiceName;
  /** The compiled main.js. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly healthUrl: string;
  readonly log: string;
}

const READY_MS = 180_000;
const STOP_MS = 25_000;

/** One service of the platform as a process of its own. */
export class Service {
  #child?: Child;

  constructor(private readonly options: ServiceOptions) {}

  get name(): ServiceName {
    return this.options.name;
  }

  get healthUrl(): string {
    return this.options.healthUrl;
  }

  get pid(): number | undefined {
    return this.#child?.isRunning ? this.#child.pid : undefined;
  }

  get ended(): Promise<string> {
    return this.#started().ended;
  }

  async start(): Promise<void> {
    const { name, program, environment, log } = this.options;
    this.#child = await Child.start({
      name,
      command: [process.execPath, '--enable-source-maps', program],
      env: environment,
      log,
      onParentExit: 'SIGKILL',
    });
  }

  /** Resolves when its health check reports ready. */
  async ready(): Promise<void> {
    await this.#started().ready(() => isOk(this.options.healthUrl), READY_MS);
  }

  /** Gives it the shutdown deadline of every service to finish or hand back its work. */
  async stop(): Promise<void> {
    await this.#child?.stop('SIGTERM', STOP_MS);
  }

  #started(): Child {
    if (!this.#child) throw new Error(`${this.name} has not been started`);
    return this.#child;
  }
}

function isOk(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    get(url, { timeout: 2_000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    })
      .on('timeout', () => {
        resolve(false);
      })
      .on('error', () => {
        resolve(false);
      });
  });
}
