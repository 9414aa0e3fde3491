import type { Platform } from '@syntropic/e2e';
import { eventually, removeDirectory, scratchDirectory } from '@syntropic/testing';
import { freePort } from '@syntropic/testing/servers';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { ServiceName } from '@syntropic/stack';

/** A second instance of a service of the stack, in the same environment, with its own port and directory. */
export class Replica {
  private constructor(
    private readonly process: ChildProcess,
    private readonly directory: string,
  ) {}

  /** Resolves when it is ready. */
  static async of(platform: Platform, name: ServiceName): Promise<Replica> {
    const { pid } = platform.service(name);
    const [program = '', ...args] = wordsOf(`/proc/${pid}/cmdline`);
    const environment = wordsOf(`/proc/${pid}/environ`).map((entry): [string, string] => {
      const [variable = ''] = entry.split('=', 1);
      return [variable, entry.slice(variable.length + 1)];
    });
    const directory = scratchDirectory();
    const port = await freePort();
    const own = { HEALTH_PORT: String(port), RUNNER_DIR: directory };
    const started = spawn(program, args, { env: { ...Object.fromEntries(environment), ...own }, stdio: 'ignore' });
    await eventually(async () => (await fetch(`http://127.0.0.1:${port}/health/ready`)).ok);
    return new Replica(started, directory);
  }

  async kill(): Promise<void> {
    if (this.process.exitCode === null && this.process.signalCode === null) {
      const ended = once(this.process, 'exit');
      this.process.kill('SIGKILL');
      await ended;
    }
    removeDirectory(this.directory);
  }
}

const wordsOf = (path: string): string[] => readFileSync(path, 'utf8').split('\0').filter(Boolean);
