import { env } from '@syntropic/config';
import { freePort, LocalServer } from '@syntropic/testing/servers';
import { join } from 'node:path';
import { z } from 'zod';
import { backingServers, type BackingServers } from './backing-servers';
import { credentialsIn, type Credentials } from './credentials';
import { DataDirectory } from './data-directory';
import { databaseOn, prepareDatabase, urlAs } from './database';
import { gatewayPort } from './gateway-port';
import type { StackOptions } from './options';
import { Service } from './service';
import { environmentOf, type Facilities } from './service-environment';
import { SERVICE_NAMES, STOPPED_IN_ORDER, type ServiceName } from './services';
import { Supervisor, type Supervised } from './supervisor';

type Say = (line: string) => void;

/** The compiled services lie beside the compiled stack. */
const APPS = join(__dirname, '../../apps');
const RECORD = 'stack.json';

/** Everything `npm start` runs on this machine: the servers, then the schema, then the services. */
export class Stack {
  private readonly directory: DataDirectory;
  private readonly credentials: Credentials;
  private readonly servers: BackingServers;
  private readonly supervisors = new Map<string, Supervisor>();
  private services: readonly Service[] = [];
  private database?: string;
  private url?: string;
  private stopping = false;

  constructor(
    private readonly options: StackOptions,
    private readonly say: Say,
    private readonly apps = APPS,
  ) {
    this.directory = DataDirectory.claim(options.dataDirectory);
    this.credentials = credentialsIn(this.directory);
    this.servers = backingServers(this.directory, options.logDirectory, this.credentials);
  }

  /** Resolves with the address once everything answers. */
  async start(): Promise<string> {
    const port = await gatewayPort(this.options.port);
    this.database = await this.startServers();
    await this.waitFor('the schema', prepareDatabase(this.database, this.credentials.roles));
    this.services = await this.planServices(port, this.database);
    await Promise.all(this.services.map((service) => this.waitFor(service.name, this.serve(service))));
    this.url = `http://127.0.0.1:${port}`;
    this.record();
    return this.url;
  }

  /** Ends every process it started, each before what it needs to finish what it holds. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const names of [...STOPPED_IN_ORDER, Object.keys(this.servers)]) {
      await Promise.all(names.flatMap((name) => this.supervisors.get(name)?.stop() ?? []));
    }
    this.directory.remove(RECORD);
    this.directory.release();
  }

  /** Resolves with the owner's URL of the platform's database. */
  private async startServers(): Promise<string> {
    const { postgres } = this.servers;
    const own = Object.values(this.servers).filter((server) => server instanceof LocalServer);
    await Promise.all(own.map((server) => this.waitFor(server.name, this.keep(server))));
    return postgres instanceof LocalServer ? databaseOn(postgres.url) : postgres.url;
  }

  private async serve(service: Service): Promise<void> {
    await this.keep(service);
    await service.ready();
  }

  private async keep(subject: Supervised): Promise<void> {
    if (this.stopping) throw new Error('stopping');
    const supervisor = new Supervisor(subject, this.say, () => {
      this.record();
    });
    this.supervisors.set(subject.name, supervisor);
    await supervisor.start();
  }

  private async planServices(port: number, database: string): Promise<readonly Service[]> {
    const facilities: Facilities = {
      databaseAs: (role) => urlAs(role, this.credentials.roles[role], database),
      natsAs: (name) => this.servers.nats.urlAs(name),
      redis: this.servers.redis.url,
      objects: this.directory.path('objects'),
      workspaces: this.directory.path('runner'),
      inherited: env(z.object({}).catchall(z.string())),
    };
    return Promise.all(
      SERVICE_NAMES.map(async (name) => this.service(name, name === 'gateway' ? port : await freePort(), facilities)),
    );
  }

  private service(name: ServiceName, port: number, facilities: Facilities): Service {
    return new Service({
      name,
      program: join(this.apps, name, 'src/main.js'),
      environment: environmentOf(name, port, facilities),
      healthUrl: `http://127.0.0.1:${port}/health/ready`,
      log: join(this.options.logDirectory, `${name}.log`),
    });
  }

  private async waitFor(what: string, work: Promise<unknown>): Promise<void> {
    const since = Date.now();
    this.say(`waiting for ${what}`);
    await work;
    this.say(`${what} is ready (${((Date.now() - since) / 1_000).toFixed(1)} s)`);
  }

  /** Says, for tools and tests, what runs where at this moment. */
  private record(): void {
    const { postgres, nats, redis } = this.servers;
    const server = (each: BackingServers['nats'], url: () => string | undefined) =>
      each instanceof LocalServer ? { pid: each.pid, url: each.pid && url() } : { url: each.url };
    this.directory.writeJson(RECORD, {
      pid: process.pid,
      url: this.url,
      services: Object.fromEntries(this.services.map(({ name, pid, healthUrl }) => [name, { pid, healthUrl }])),
      servers: {
        postgres: server(postgres, () => this.database),
        nats: server(nats, () => nats.url),
        redis: server(redis, () => redis.url),
      },
    });
  }
}
