import { runnerUser } from '@syntropic/messaging';
import { withClaude } from '@syntropic/stack';
import { eventually, removeDirectory, scratchDirectory } from '@syntropic/testing';
import { freePort } from '@syntropic/testing/servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Platform } from './platform';

const ROOT = join(__dirname, '../..');

/** A runner beside that of the stack, which stands still meanwhile: sessions begin on this one, and go on with the stack's. */
export class OtherRunner {
  readonly #directory = scratchDirectory();
  #process: ChildProcess | undefined;
  #frozen: number | undefined;

  constructor(private readonly platform: Platform) {}

  /** Starts it in place of the stack's runner, with these variables. */
  async start(environment: Readonly<Record<string, string>>): Promise<void> {
    this.#frozen = this.platform.service('agent-runner').pid;
    process.kill(this.#frozen, 'SIGSTOP');
    const port = await freePort();
    const { PATH = '', HOME = '' } = process.env;
    this.#process = spawn(process.execPath, ['dist/apps/agent-runner/src/main.js'], {
      cwd: ROOT,
      env: withClaude(
        {
          ...{ PATH, HOME, NATS_URL: this.platform.busFor(runnerUser(0), 'agent-runner'), HEALTH_PORT: `${port}` },
          ...{ RUNNER_DIR: this.#directory, OBJECTS_DIR: join(this.platform.dataDirectory, 'objects') },
          ...environment,
        },
        ROOT,
      ),
      stdio: 'ignore',
    });
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
  }

  /** Stops it for good: by SIGTERM it may finish what it does, by SIGKILL not. The stack's runner goes on. */
  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running) {
      const ended = once(running, 'exit');
      running.kill(signal);
      await ended;
      removeDirectory(this.#directory);
    }
    if (this.#frozen !== undefined) process.kill(this.#frozen, 'SIGCONT');
    this.#frozen = undefined;
  }
}

/** Each test may start it once. */
export function useOtherRunner(platform: Platform): () => OtherRunner {
  let other = new OtherRunner(platform);
  beforeEach(() => {
    other = new OtherRunner(platform);
  });
  afterEach(() => other.end('SIGKILL'));
  return () => other;
}
