import { removeDirectory, scratchDirectory, TYPESCRIPT_HOOK } from '@syntropic/testing';
import { Child, freePort } from '@syntropic/testing/servers';
import { join } from 'node:path';

const MAIN = join(__dirname, '../src/main.ts');

/** Generous for a machine that is busy with other work. */
const READY_MS = 120_000;

type Servers = Readonly<{ databaseUrl: string; natsUrl: string }>;

/** A collector that is a process of its own, to be killed at any moment and started again. */
export class CollectorProcess {
  readonly #directory = scratchDirectory();
  #process: Child | undefined;
  #ready: Promise<void> = Promise.resolve();

  private constructor(
    private readonly servers: Servers,
    private readonly port: number,
  ) {}

  static async start(servers: Servers): Promise<CollectorProcess> {
    const collector = new CollectorProcess(servers, await freePort());
    await collector.#start();
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** Resolves when it takes requests again. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  killAndRestart(): void {
    this.#ready = this.#restart();
  }

  async stop(): Promise<void> {
    await this.#ready;
    await this.#process?.stop('SIGKILL', READY_MS);
    removeDirectory(this.#directory);
  }

  async #restart(): Promise<void> {
    await this.#process?.stop('SIGKILL', READY_MS);
    await this.#start();
  }

  async #start(): Promise<void> {
    const { databaseUrl, natsUrl } = this.servers;
    this.#process = await Child.start({
      name: 'observability-collector',
      command: [process.execPath, '--require', TYPESCRIPT_HOOK, MAIN],
      env: {
        PATH: process.env['PATH'] ?? '',
        PORT: String(this.port),
        DATABASE_URL: databaseUrl,
        NATS_URL: natsUrl,
        REQUESTS_PER_MINUTE: '1000000',
      },
      log: join(this.#directory, 'collector.log'),
      onParentExit: 'SIGKILL',
    });
    await this.#process.ready(async () => (await fetch(`${this.url}/health/ready`)).ok, READY_MS);
  }
}
