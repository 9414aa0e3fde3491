import { eventually, removeDirectory, scratchDirectory } from '@syntropic/testing';
import { framesOf, SERVICE_NAMES, type Frame, type ServiceName } from '@syntropic/stack';
import { freePort, isAlive } from '@syntropic/testing/servers';
import { spawn, execFileSync, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

const ROOT = join(__dirname, '../..');

const SERVERS = ['postgres', 'nats', 'redis'] as const;
export type Server = (typeof SERVERS)[number];

const StackFile = z.object({
  services: z.record(z.enum(SERVICE_NAMES), z.object({ pid: z.number(), healthUrl: z.string() })),
  /** A server without a process id is not of this stack, or not running. */
  servers: z.record(z.enum(SERVERS), z.object({ pid: z.number().optional(), url: z.string().optional() })),
});

export type Reply = Readonly<{ status: number; headers: Headers; body: unknown }>;

export type PlatformOptions = Readonly<{
  /** Added to the environment that services inherit; called when the platform starts. */
  environment?: () => Readonly<Record<string, string>>;
}>;

/** The whole product, as `npm start` runs it, for the specs of one file. */
export function usePlatform(options: PlatformOptions = {}): Platform {
  const platform = new Platform(options);
  beforeAll(() => platform.start(), 240_000);
  afterAll(async () => {
    await platform.stop();
    removeDirectory(platform.dataDirectory);
  }, 60_000);
  return platform;
}

/** What an execution stays. */
const ENDS: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled']);

export class Platform {
  readonly dataDirectory = scratchDirectory();
  #stack: ChildProcess | undefined;
  #port: number | undefined;

  constructor(private readonly options: PlatformOptions) {}

  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}`;
  }

  /** Starts it on its data directory and waits for the line that says it is ready. */
  async start(): Promise<void> {
    execFileSync(process.execPath, ['tools/build/build.mjs'], { cwd: ROOT });
    this.#port ??= await freePort();
    const args = ['dist/tools/stack/main.js', '--no-demo', '--port', `${this.#port}`, '--data-dir', this.dataDirectory];
    const stack = spawn(process.execPath, args, {
      cwd: ROOT,
      env: { ...process.env, SYN_LOCAL_REPOS: '1', ...this.options.environment?.() },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#stack = stack;

    const output: string[] = [];
    for await (const line of createInterface({ input: stack.stdout })) {
      output.push(line);
      if (line === `ready ${this.url}`) {
        stack.stdout.resume();
        return;
      }
    }
    throw new Error(`the platform did not start:\n${output.join('\n')}`);
  }

  async stop(): Promise<void> {
    const stack = this.#stack;
    if (!stack || stack.exitCode !== null) return;
    const pids = existsSync(join(this.dataDirectory, 'stack.json')) ? this.pids() : [];
    const ended = new Promise((resolve) => stack.once('exit', resolve));
    stack.kill('SIGTERM');
    await ended;
    await eventually(() => !pids.some(isAlive));
  }

  service(name: ServiceName): Readonly<{ pid: number; healthUrl: string }> {
    return this.#recorded().services[name];
  }

  server(name: Server): Readonly<{ pid?: number | undefined; url?: string | undefined }> {
    return this.#recorded().servers[name];
  }

  /** The address of the bus for one of its users, with the password of the service, or of the operator. */
  busFor(user: string, passwordOf: string = user): string {
    const file = readFileSync(join(this.dataDirectory, 'credentials.json'), 'utf8');
    const { nats } = z.object({ nats: z.record(z.string(), z.string()) }).parse(JSON.parse(file));
    const url = new URL(this.server('nats').url ?? '');
    [url.username, url.password] = [user, nats[passwordOf] ?? ''];
    return url.href;
  }

  pids(): number[] {
    const { services, servers } = this.#recorded();
    return [...Object.values(services), ...Object.values(servers)].flatMap(({ pid }) => pid ?? []);
  }

  /** Kills a service and waits until the stack has restarted it and it is ready. */
  async kill(name: ServiceName): Promise<void> {
    const { pid } = this.service(name);
    process.kill(pid, 'SIGKILL');
    await eventually(() => this.service(name).pid !== pid);
    await eventually(async () => (await fetch(this.service(name).healthUrl)).ok);
  }

  async get(path: string, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return reply(await fetch(`${this.url}${path}`, { headers }));
  }

  post(path: string, body?: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Reply> {
    return this.send('POST', path, body, headers);
  }

  async send(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Reply> {
    const content = body === undefined ? {} : { 'content-type': 'application/json' };
    return reply(
      await fetch(`${this.url}${path}`, {
        method,
        headers: { ...content, ...headers },
        ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      }),
    );
  }

  async createWorkflow(yaml: string): Promise<void> {
    const { status, body } = await this.post('/api/workflows/from-yaml', yaml, { 'content-type': 'application/yaml' });
    if (status !== 201) throw new Error(`the workflow was refused: ${JSON.stringify(body)}`);
  }

  /** Starts an execution and returns its id. */
  async execute(workflowId: string, request: object = {}): Promise<string> {
    const { status, body } = await this.post(`/api/workflows/${workflowId}/execute`, request);
    if (status !== 200) throw new Error(`the execution was refused: ${JSON.stringify(body)}`);
    return z.object({ execution_id: z.string() }).parse(body).execution_id;
  }

  async execution(id: string): Promise<Execution> {
    return Execution.parse((await this.get(`/api/executions/${id}`)).body);
  }

  /** Waits until the execution has this status; throws at once when it has ended otherwise. */
  async reaches(id: string, status: string, within = 60_000): Promise<Execution> {
    const told = ({ status: now, error_message: reason }: Execution) => new Error(`${id} is ${now}: ${reason ?? ''}`);
    const reached = await eventually(
      async () => {
        const execution = await this.execution(id);
        if (execution.status !== status && !ENDS.has(execution.status)) throw told(execution);
        return execution;
      },
      { within },
    );
    if (reached.status !== status) throw told(reached);
    return reached;
  }

  /** The snapshot, and the events after it. */
  frames(id: string): AsyncGenerator<Frame> {
    return framesOf((headers) => fetch(`${this.url}/api/executions/${id}/stream`, { headers }));
  }

  /** All events from the first one on, also those that came before the request. */
  async *framesFromStart(id: string, signal?: AbortSignal): AsyncGenerator<Frame> {
    let epoch = '';
    for await (const { id: cursor = '' } of this.frames(id)) {
      [epoch = ''] = cursor.split('.');
      break;
    }
    const start = { 'last-event-id': `${epoch}.0-0` };
    yield* framesOf((headers) =>
      fetch(`${this.url}/api/executions/${id}/stream`, {
        headers: { ...start, ...headers },
        ...(signal && { signal }),
      }),
    );
  }

  #recorded(): z.infer<typeof StackFile> {
    return StackFile.parse(JSON.parse(readFileSync(join(this.dataDirectory, 'stack.json'), 'utf8')));
  }
}

const Execution = z.looseObject({
  status: z.string(),
  error_message: z.string().nullable(),
  total_cost_usd: z.string(),
  total_tokens: z.number(),
  tool_call_count: z.number(),
  artifact_ids: z.array(z.string()),
  phases: z.array(z.looseObject({ phase_id: z.string(), status: z.string(), session_id: z.string().nullable() })),
});
export type Execution = z.infer<typeof Execution>;

async function reply(response: Response): Promise<Reply> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}
