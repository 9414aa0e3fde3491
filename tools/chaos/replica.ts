import type { Platform } from '@syntropic/e2e';
import { SERVICES, type ServiceName } from '@syntropic/stack';
import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { Child, freePort } from '@syntropic/testing/servers';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

type Environment = Readonly<Record<string, string>>;

type Program = Readonly<{
  name: ServiceName;
  command: readonly string[];
  env: Environment;
  healthUrl: string;
  directory: string;
}>;

/** Generous for a machine that is busy with other work. */
const READY_MS = 120_000;

/** A second instance of a service of the stack, in the same environment, with its own port and directory. */
export class Replica {
  private constructor(
    private readonly program: Program,
    private process: Child,
  ) {}

  /** Resolves when it is ready. */
  static async of(platform: Platform, name: ServiceName, changes: Environment = {}): Promise<Replica> {
    const { pid } = platform.service(name);
    const environment = wordsOf(`/proc/${pid}/environ`).map((entry): [string, string] => {
      const [variable = ''] = entry.split('=', 1);
      return [variable, entry.slice(variable.length + 1)];
    });
    const directory = scratchDirectory();
    const port = await freePort();
    const own = { [SERVICES[name].port]: String(port), RUNNER_DIR: directory, ...changes };
    const program = {
      name,
      command: wordsOf(`/proc/${pid}/cmdline`),
      env: { ...Object.fromEntries(environment), ...own },
      healthUrl: `http://127.0.0.1:${port}/health/ready`,
      directory,
    };
    return new Replica(program, await started(program));
  }

  /** The directory of a runner, with its sessions. */
  get directory(): string {
    return this.program.directory;
  }

  /** Kills it and starts it again on its directory; resolves when it is ready. */
  async restart(): Promise<void> {
    await this.process.stop('SIGKILL', READY_MS);
    this.process = await started(this.program);
  }

  async kill(): Promise<void> {
    await this.process.stop('SIGKILL', READY_MS);
    removeDirectory(this.program.directory);
  }
}

async function started({ name, command, env, healthUrl, directory }: Program): Promise<Child> {
  const log = join(directory, 'replica.log');
  const child = await Child.start({ name, command, env, log, onParentExit: 'SIGKILL' });
  await child.ready(async () => (await fetch(healthUrl)).ok, READY_MS);
  return child;
}

const wordsOf = (path: string): string[] => readFileSync(path, 'utf8').split('\0').filter(Boolean);
