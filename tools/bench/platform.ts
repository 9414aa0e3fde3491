import { Api, framesOf, type Frame } from '@syntropic/stack';
import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { freePort } from '@syntropic/testing/servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';

/** The root of the repository, seen from dist/tools/bench. */
const ROOT = join(__dirname, '../../..');

const Running = z.object({ pid: z.number() });
const StackFile = z.object({
  pid: z.number(),
  services: z.record(z.string(), Running.extend({ healthUrl: z.string() })),
  servers: z.record(z.enum(['postgres', 'nats', 'redis']), Running.extend({ url: z.string() })),
});

const Started = z.object({ execution_id: z.string() });

/** Runs the product with `npm start`, on its own servers and new data, with these variables, while `work` goes on. */
export async function withPlatform<Result>(
  work: (platform: Platform) => Promise<Result>,
  environment: Readonly<Record<string, string>> = {},
): Promise<Result> {
  const dataDirectory = scratchDirectory();
  const address = `http://127.0.0.1:${await freePort()}`;
  const since = performance.now();
  const npm = spawn('npm', ['start', '--', '--no-demo', '--port', new URL(address).port, '--data-dir', dataDirectory], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...environment },
  });
  try {
    await printedBy(npm, `ready ${address}`);
    return await work(new Platform(address, dataDirectory, (performance.now() - since) / 1_000));
  } finally {
    await stop(npm);
    removeDirectory(dataDirectory);
  }
}

export class Platform {
  readonly api: Api;
  readonly processes: z.infer<typeof StackFile>;

  constructor(
    readonly address: string,
    dataDirectory: string,
    /** From the command to the line that says it is ready. */
    readonly startSeconds: number,
  ) {
    this.api = new Api(address);
    this.processes = StackFile.parse(JSON.parse(readFileSync(join(dataDirectory, 'stack.json'), 'utf8')));
  }

  async createWorkflow(yaml: string): Promise<void> {
    await this.api.post('/api/workflows/from-yaml', 'application/yaml', yaml);
  }

  /** Starts an execution and returns its id. */
  async execute(workflowId: string): Promise<string> {
    const answer = await this.api.post(`/api/workflows/${workflowId}/execute`, 'application/json', '{}');
    return Started.parse(answer).execution_id;
  }

  /** The live stream of an execution until its end. */
  frames(executionId: string): AsyncGenerator<Frame> {
    return framesOf((headers) => this.api.request(`/api/executions/${executionId}/stream`, { headers }));
  }
}

async function printedBy({ stdout }: ChildProcess, expected: string): Promise<void> {
  if (!stdout) throw new Error('its output is not read');
  const output: string[] = [];
  for await (const line of createInterface({ input: stdout })) {
    output.push(line);
    if (line !== expected) continue;
    stdout.resume();
    return;
  }
  throw new Error(`the platform did not start:\n${output.join('\n')}`);
}

/** Waits for the whole process tree: npm ends first, and its descendants keep its output open. */
async function stop(npm: ChildProcess): Promise<void> {
  const closed = once(npm, 'close');
  npm.kill('SIGTERM');
  await closed;
}
