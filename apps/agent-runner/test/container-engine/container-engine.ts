import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { ControlGroups } from '../../src/workspaces/control-groups';
import { Container, Refused } from './container';
import { ContainerCreate, QUERIES } from './engine-api';

const VERSION = '/v1.44';

export interface EngineTraits {
  readonly info?: object;
  /** The configurations of the images, by reference. */
  readonly images?: Readonly<Record<string, object>>;
}

type Handler = (parameters: { id: string; query: Record<string, string>; body: unknown }) => Promise<[number, unknown]>;

/** A container engine that speaks the Docker Engine API on a unix socket, strictly, and runs containers by bubblewrap. */
export class ContainerEngine {
  readonly containers = new Map<string, Container>();
  /** The definitions of all containers, also of those that were removed. */
  readonly created: ContainerCreate[] = [];
  readonly #server: Server;
  #groups: Promise<ControlGroups> | undefined;

  private constructor(private readonly traits: EngineTraits) {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      this.#attach(request, socket, head);
    });
  }

  static async listen(socket: string, traits: EngineTraits = {}): Promise<ContainerEngine> {
    const engine = new ContainerEngine(traits);
    engine.#server.listen(socket);
    await once(engine.#server, 'listening');
    return engine;
  }

  /** Ends all containers, and every connection. */
  async close(): Promise<void> {
    for (const container of this.containers.values()) await container.remove(true);
    this.disconnect();
    this.#server.close();
  }

  /** Breaks all connections, as an engine does that restarts. */
  disconnect(): void {
    for (const container of this.containers.values()) container.disconnect();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [status, answer] = await this.#call(request).catch((error: unknown): [number, unknown] => {
      if (error instanceof Refused) return [error.status, { message: error.message }];
      if (error instanceof z.ZodError) return [400, { message: z.prettifyError(error) }];
      return [500, { message: String(error) }];
    });
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(answer === undefined ? undefined : JSON.stringify(answer));
  }

  async #call(request: IncomingMessage): Promise<[number, unknown]> {
    const { path, query } = target(request);
    const sent = await text(request);
    const body: unknown = sent === '' ? undefined : JSON.parse(sent);
    const route = `${request.method} ${path}`;
    for (const [pattern, handler] of this.#routes) {
      const [found, id = ''] = pattern.exec(route) ?? [];
      if (found !== undefined) return handler({ id: decodeURIComponent(id), query, body });
    }
    throw new Refused(404, `page not found: ${route}`);
  }

  readonly #routes: readonly (readonly [RegExp, Handler])[] = [
    [/^GET \/info$/, async () => [200, await this.#info()]],
    [/^GET \/images\/(.+)\/json$/, ({ id }) => Promise.resolve(this.#image(id))],
    [/^GET \/containers\/json$/, ({ query }) => Promise.resolve([200, this.#list(query)])],
    [/^POST \/containers\/create$/, ({ query, body }) => this.#create(query, body)],
    [/^POST \/containers\/(\w+)\/start$/, ({ id, query }) => this.#on(id, QUERIES.start, query, (one) => one.start())],
    [/^POST \/containers\/(\w+)\/pause$/, ({ id, query }) => this.#on(id, QUERIES.pause, query, (one) => one.pause())],
    [
      /^POST \/containers\/(\w+)\/unpause$/,
      ({ id, query }) => this.#on(id, QUERIES.unpause, query, (one) => one.unpause()),
    ],
    [
      /^POST \/containers\/(\w+)\/kill$/,
      ({ id, query }) => this.#on(id, QUERIES.kill, query, (one, { signal }) => one.kill(signal)),
    ],
    [/^POST \/containers\/(\w+)\/wait$/, ({ id, query }) => this.#wait(id, query)],
    [/^GET \/containers\/(\w+)\/json$/, async ({ id }) => [200, { State: await this.#container(id).state() }]],
    [
      /^DELETE \/containers\/(\w+)$/,
      ({ id, query }) =>
        this.#on(id, QUERIES.remove, query, async (one, { force }) => {
          await one.remove(force);
          this.containers.delete(id);
        }),
    ],
  ];

  async #info(): Promise<object> {
    const groups = await (this.#groups ??= ControlGroups.find());
    const cpus = groups.enforces('cpus');
    return {
      OSType: 'linux',
      SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
      MemoryLimit: groups.enforces('memoryBytes'),
      PidsLimit: groups.enforces('pids'),
      CpuCfsPeriod: cpus,
      CpuCfsQuota: cpus,
      ...this.traits.info,
    };
  }

  #image(reference: string): [number, unknown] {
    const config = this.traits.images?.[reference];
    if (config === undefined) throw new Refused(404, `No such image: ${reference}`);
    return [200, { Id: `sha256:${'0'.repeat(64)}`, Config: config }];
  }

  #list(query: Record<string, string>): object[] {
    const { all, filters } = QUERIES.list.parse(query);
    return [...this.containers.values()]
      .filter((container) => all || container.isRunning)
      .filter(({ definition }) => filters.label.every((label) => hasLabel(definition.Labels, label)))
      .map(({ id, definition }) => ({ Id: id, Labels: definition.Labels }));
  }

  async #create(query: Record<string, string>, body: unknown): Promise<[number, unknown]> {
    QUERIES.create.parse(query);
    const definition = ContainerCreate.parse(body);
    this.#image(definition.Image);
    const missing = definition.HostConfig.Mounts.find(({ Source }) => !existsSync(Source));
    if (missing) throw new Refused(400, `bind source path does not exist: ${missing.Source}`);
    const id = randomUUID().replaceAll('-', '').repeat(2);
    this.containers.set(id, new Container(id, definition, await (this.#groups ??= ControlGroups.find())));
    this.created.push(definition);
    return [201, { Id: id, Warnings: [] }];
  }

  async #wait(id: string, query: Record<string, string>): Promise<[number, unknown]> {
    QUERIES.wait.parse(query);
    return [200, { StatusCode: await this.#container(id).exitCode }];
  }

  async #on<Query>(
    id: string,
    schema: z.ZodType<Query>,
    query: Record<string, string>,
    act: (container: Container, query: Query) => Promise<void>,
  ): Promise<[number, unknown]> {
    await act(this.#container(id), schema.parse(query));
    return [204, undefined];
  }

  #container(id: string): Container {
    const container = this.containers.get(id);
    if (!container) throw new Refused(404, `No such container: ${id}`);
    return container;
  }

  /** The engine drops the body that its client sends with the request: input begins behind it. */
  #attach(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const { path, query } = target(request);
    const [, id = ''] = /^\/containers\/(\w+)\/attach$/.exec(path) ?? [];
    QUERIES.attach.parse(query);
    const container = this.#container(id);
    const body = Number(request.headers['content-length'] ?? 0);
    if (head.length > body) socket.unshift(head.subarray(body));
    const type = 'application/vnd.docker.multiplexed-stream';
    socket.write(`HTTP/1.1 101 UPGRADED\r\nContent-Type: ${type}\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n`);
    container.attach(socket);
  }
}

function target({ url = '' }: IncomingMessage): { path: string; query: Record<string, string> } {
  const { pathname, searchParams } = new URL(url, 'http://engine');
  if (!pathname.startsWith(`${VERSION}/`)) throw new Refused(400, `the engine speaks ${VERSION} only: ${pathname}`);
  return { path: pathname.slice(VERSION.length), query: Object.fromEntries(searchParams) };
}

function hasLabel(labels: Readonly<Record<string, string>>, filter: string): boolean {
  const [name = '', value] = filter.split(/=(.*)/s, 2);
  return value === undefined ? name in labels : labels[name] === value;
}
