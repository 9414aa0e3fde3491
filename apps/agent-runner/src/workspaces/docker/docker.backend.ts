import { chown, mkdir, realpath, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { DiskWatch } from '../disk-watch';
import { ownEtc, programInside, type Bind } from '../inside';
import { DEFAULT_LIMITS, effectiveLimits, LIMITS, type DefaultLimits } from '../limits';
import { markedProcesses, marker } from '../orphans';
import { probeWorkspace } from '../probe-workspace';
import { descendants } from '../process-table';
import { unprivilegedUser, type User } from '../unprivileged-user';
import { Volume, volumeIn } from '../volume';
import type {
  AgentInput,
  AgentProcess,
  AgentSignal,
  Argument,
  Backend,
  Limit,
  Limits,
  OutOfMemory,
  Probe,
  Workspace,
  WorkspaceSpec,
} from '../workspace';
import { ContainedProgram } from './contained-program';
import { containerDefinition } from './container-definition';
import { DockerEngine, OF_THE_DISK } from './docker-engine';

const RUNNER = 'syntropic.runner';
const SESSION = 'syntropic.session';
/** The life of a runner's process: containers with another one are left over. */
const LIFE = 'syntropic.life';

export interface DockerSettings {
  /** The path of the engine's socket. The engine must see the runner's directories at the same paths. */
  readonly socket: string;
  readonly image: string;
  /** The runner's own directory, which samples of workspaces are made in. */
  readonly directory: string;
  /** The runner's name, by which its containers are found again. */
  readonly runner: () => Promise<string>;
  readonly defaults?: DefaultLimits;
}

/** What all workspaces of a runner share. */
interface Surroundings {
  readonly engine: DockerEngine;
  readonly image: string;
  readonly runnerLabels: Readonly<Record<string, string>>;
}

/** Runs agents in containers of an engine on this machine, each without a network, with the runner's socket as its only way out. */
export class DockerBackend implements Backend {
  readonly name = 'docker';
  readonly isExperimental = true;
  readonly #engine: DockerEngine;
  readonly #life = randomUUID();
  #unenforceable: Promise<readonly Limit[]> | undefined;

  constructor(private readonly settings: DockerSettings) {
    this.#engine = new DockerEngine(settings.socket);
  }

  /** Removes the containers of earlier lives of this runner first. */
  async probe(): Promise<Probe> {
    try {
      const unenforceable = await this.#limitsNotHeld();
      await this.#engine.checkImage(this.settings.image);
      await this.#removeOrphans();
      await probeWorkspace(this, this.settings.directory);
      return { available: true, unenforceable, watched: OF_THE_DISK, seccomp: true };
    } catch (error) {
      const reason = error instanceof Error ? error.message.trim() : String(error);
      return { available: false, reason, unenforceable: LIMITS, watched: [], seccomp: true };
    }
  }

  async memoryOf(asked: Limits): Promise<number> {
    return (await this.#limitsOf(asked)).memoryBytes ?? 0;
  }

  async create(spec: WorkspaceSpec): Promise<Workspace> {
    const limits = await this.#limitsOf(spec.limits);
    const runner = await this.settings.runner();
    const user = userOf(spec.id);
    await mkdir(spec.directory, { recursive: true });
    const directory = await realpath(spec.directory);
    if (spec.socket !== undefined) await chown(spec.socket, user.uid, user.gid);
    const volume = await Volume.open(volumeIn(directory), {}, user);
    const own = { ...spec, directory, limits };
    const { image } = this.settings;
    const surroundings = { engine: this.#engine, image, runnerLabels: { [RUNNER]: runner, [LIFE]: this.#life } };
    return new ContainerWorkspace(own, surroundings, { volume, user, etc: await writeEtc(directory, user) });
  }

  async #limitsOf(asked: Limits): Promise<Limits> {
    const { defaults = DEFAULT_LIMITS } = this.settings;
    return effectiveLimits(this.name, asked, { defaults, unenforceable: await this.#limitsNotHeld() });
  }

  /** Asked until the engine has answered once. */
  #limitsNotHeld(): Promise<readonly Limit[]> {
    return (this.#unenforceable ??= this.#engine.unenforceable().catch((error: unknown) => {
      this.#unenforceable = undefined;
      throw error;
    }));
  }

  async #removeOrphans(): Promise<void> {
    const found = await this.#engine.containersWith(`${RUNNER}=${await this.settings.runner()}`);
    const orphans = found.filter(({ labels }) => labels[LIFE] !== this.#life);
    await Promise.all(orphans.map(({ id }) => this.#engine.remove(id)));
  }
}

/** @throws when agents would run as root */
function userOf(id: string): User {
  const user = unprivilegedUser(id);
  if (user) return user;
  const [uid, gid] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  if (uid === 0) throw new Error('the runner is root, and has no range of users for its agents');
  return { uid, gid };
}

/** Beside the volume, where no agent can write. */
async function writeEtc(directory: string, user: User): Promise<readonly Bind[]> {
  const etc = join(directory, 'etc');
  await mkdir(etc, { recursive: true });
  return Promise.all(
    Object.entries(ownEtc(user)).map(async ([name, content]) => {
      await writeFile(join(etc, name), content, { mode: 0o644 });
      return { source: join(etc, name), target: `/etc/${name}`, writable: false };
    }),
  );
}

interface HostSide {
  readonly volume: Volume;
  readonly user: User;
  readonly etc: readonly Bind[];
}

class ContainerWorkspace implements Workspace {
  readonly directory: string;
  readonly home: string;
  readonly #programs: ContainedProgram[] = [];

  constructor(
    private readonly spec: WorkspaceSpec,
    private readonly surroundings: Surroundings,
    private readonly host: HostSide,
  ) {
    this.directory = host.volume.workspace;
    this.home = host.volume.home;
  }

  handOver(): Promise<void> {
    return this.host.volume.handOver();
  }

  /** Each program has a container of its own, for each may be shown other files of the host. */
  spawn(argv: readonly Argument[], { env, ...input }: AgentInput): AgentProcess {
    const { engine, image, runnerLabels } = this.surroundings;
    const { volume, user, etc } = this.host;
    const { binds, command, environment } = programInside(this.spec, volume, argv, env);
    const definition = containerDefinition({
      image,
      user,
      limits: this.spec.limits,
      labels: { ...runnerLabels, [SESSION]: this.spec.id },
      binds: [...binds, ...etc],
      command,
      environment: { ...environment, ...marker(this.spec.id) },
    });
    const program = new ContainedProgram(engine, definition, input);
    this.#programs.push(program);
    return program.agent;
  }

  async freeze(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.pause()));
  }

  async thaw(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.unpause()));
  }

  /** The engine does not tell whose memory was exhausted: the limit is named where there is one. */
  outOfMemory(): Promise<OutOfMemory | undefined> {
    const { memoryBytes } = this.spec.limits;
    if (!this.#programs.some(({ wasOutOfMemory }) => wasOutOfMemory)) return Promise.resolve(undefined);
    return Promise.resolve(memoryBytes === undefined ? {} : { limitBytes: memoryBytes });
  }

  outgrown(signal: AbortSignal): Promise<string | undefined> {
    return new DiskWatch(this.host.volume.root, this.spec.limits, () => this.#members()).exceeded(signal);
  }

  async signal(signal: AgentSignal): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.signal(signal)));
  }

  async release(): Promise<void> {
    await Promise.all(this.#programs.map((program) => program.remove()));
  }

  async destroy(): Promise<void> {
    await this.release();
    await this.host.volume.remove();
  }

  /** The processes that this runner can see. The engine's numbers are another namespace's where the runner is in a container. */
  async #members(): Promise<readonly number[]> {
    const marked = await markedProcesses(this.spec.id);
    const first = await Promise.all(this.#programs.map((program) => program.pid()));
    const own = first.filter((pid) => pid !== undefined).filter((pid) => marked.includes(pid));
    return [...new Set([...marked, ...(await Promise.all(own.map(descendants))).flat()])];
  }
}
