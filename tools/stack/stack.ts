import { env } from '@syntropic/config';
import { runnerUser } from '@syntropic/messaging';
import { freePort, LocalServer } from '@syntropic/testing/servers';
import { join } from 'node:path';
import { z } from 'zod';
import { withClaude } from './claude';
import { backingServers, type BackingServers } from './backing-servers';
import { credentialsIn, type Credentials } from './credentials';
import { DataDirectory } from './data-directory';
import { databaseOn, prepareDatabase, urlAs } from './database';
import { collectorPort, gatewayPort } from './gateway-port';
import type { StackOptions } from './options';
import { Service } from './service';
import { environmentOf, type StackResources } from './service-environment';
import { SERVICE_NAMES, STOP_ORDER, type ServiceName } from './services';
import { Supervisor, type Supervised } from './supervisor';

type Print = (line: string) => void;

/** The directory of the compiled services, beside the compiled stack. */
const APPS = join(__dirname, '../../apps');
const RECORD = 'stack.json';
/** The root of the repository, of whose `dist` this file is a part. */
const ROOT = join(__dirname, '../../..');

/** Everything `npm start` runs on this machine: the servers, then the schema, then the services. */
export class Stack {
  readonly #directory: DataDirectory;
  readonly #credentials: Credentials;
  readonly #servers: BackingServers;
  /** The environment that the stack was started with, and the programs of agents that were installed beside it. */
  readonly environment = withClaude(env(z.object({}).catchall(z.string())), ROOT);
  readonly #supervisors = new Map<string, Supervisor>();
  #services: readonly Service[] = [];
  #database?: string;
  #url?: string;
  #isStopping = false;

  constructor(
    private readonly options: StackOptions,
    private readonly print: Print,
    private readonly apps = APPS,
  ) {
    this.#directory = DataDirectory.claim(options.dataDirectory);
    this.#credentials = credentialsIn(this.#directory);
    this.#servers = backingServers(this.#directory, options.logDirectory, this.#credentials);
  }

  /** Resolves with the address when every service is ready. */
  async start(): Promise<string> {
    const port = await gatewayPort(this.options.port);
    this.#database = await this.#startServers();
    await this.#waitFor('the schema', prepareDatabase(this.#database, this.#credentials.roles));
    this.#services = await this.#planServices(port, this.#database);
    await Promise.all(this.#services.map((service) => this.#waitFor(service.name, this.#serve(service))));
    this.#url = `http://127.0.0.1:${port}`;
    const collector = this.#services.find(({ name }) => name === 'observability-collector');
    if (collector) this.print(`telemetry is taken at ${new URL(collector.healthUrl).origin}`);
    this.#record();
    return this.#url;
  }

  /** Ends every process that it started, each before the servers that it needs for its shutdown. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const names of [...STOP_ORDER, Object.keys(this.#servers)]) {
      await Promise.all(names.flatMap((name) => this.#supervisors.get(name)?.stop() ?? []));
    }
    this.#directory.remove(RECORD);
    this.#directory.release();
  }

  /** Resolves with the owner's URL of the platform's database. */
  async #startServers(): Promise<string> {
    const { postgres } = this.#servers;
    const own = Object.values(this.#servers).filter((server) => server instanceof LocalServer);
    await Promise.all(own.map((server) => this.#waitFor(server.name, this.#supervise(server))));
    return postgres instanceof LocalServer ? databaseOn(postgres.url) : postgres.url;
  }

  async #serve(service: Service): Promise<void> {
    await this.#supervise(service);
    await service.ready();
  }

  async #supervise(subject: Supervised): Promise<void> {
    if (this.#isStopping) throw new Error('stopping');
    const supervisor = new Supervisor(subject, this.print, () => {
      this.#record();
    });
    this.#supervisors.set(subject.name, supervisor);
    await supervisor.start();
  }

  async #planServices(port: number, database: string): Promise<readonly Service[]> {
    const resources: StackResources = {
      databaseAs: (role) => urlAs(role, this.#credentials.roles[role], database),
      natsAs: (name) => this.#servers.nats.urlAs(name === 'agent-runner' ? runnerUser(0) : name),
      redis: this.#servers.redis.url,
      objects: this.#directory.path('objects'),
      workspaces: this.#directory.path('runner'),
      inherited: this.environment,
    };
    const ports: Partial<Record<ServiceName, number>> = {
      gateway: port,
      'observability-collector': await collectorPort(),
    };
    return Promise.all(
      SERVICE_NAMES.map(async (name) => this.#service(name, ports[name] ?? (await freePort()), resources)),
    );
  }

  #service(name: ServiceName, port: number, resources: StackResources): Service {
    return new Service({
      name,
      program: join(this.apps, name, 'src/main.js'),
      environment: environmentOf(name, port, resources),
      healthUrl: `http://127.0.0.1:${port}/health/ready`,
      log: join(this.options.logDirectory, `${name}.log`),
    });
  }

  async #waitFor(subject: string, work: Promise<unknown>): Promise<void> {
    const since = Date.now();
    this.print(`waiting for ${subject}`);
    await work;
    this.print(`${subject} is ready (${((Date.now() - since) / 1_000).toFixed(1)} s)`);
  }

  /** Writes the process ids and addresses of this moment for tools and tests. */
  #record(): void {
    const { postgres, nats, redis } = this.#servers;
    const server = (each: BackingServers['nats'], url: () => string | undefined) =>
      each instanceof LocalServer ? { pid: each.pid, url: each.pid && url() } : { url: each.url };
    this.#directory.writeJson(RECORD, {
      pid: process.pid,
      url: this.#url,
      services: Object.fromEntries(this.#services.map(({ name, pid, healthUrl }) => [name, { pid, healthUrl }])),
      servers: {
        postgres: server(postgres, () => this.#database),
        nats: server(nats, () => nats.url),
        redis: server(redis, () => redis.url),
      },
    });
  }
}
