import { once } from 'node:events';
import type { Duplex, Readable } from 'node:stream';
import type { ControlGroups } from '../../src/workspaces/control-groups';
import { Bubblewrapped } from './bubblewrapped';
import type { ContainerCreate } from './engine-api';

export class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** A container's states and streams, as the engine has them. */
export class Container {
  readonly exitCode: Promise<number>;
  #resolveExit: (code: number) => void = () => undefined;
  #running: Bubblewrapped | undefined;
  #isPaused = false;
  #wasOutOfMemory = false;
  #client: Duplex | undefined;

  constructor(
    readonly id: string,
    readonly definition: ContainerCreate,
    private readonly groups: ControlGroups,
  ) {
    this.exitCode = new Promise((resolve) => (this.#resolveExit = resolve));
  }

  get isRunning(): boolean {
    return this.#running !== undefined;
  }

  async state(): Promise<object> {
    return {
      Running: this.isRunning,
      Paused: this.#isPaused,
      OOMKilled: this.#wasOutOfMemory,
      Pid: (await this.#running?.pid) ?? 0,
    };
  }

  attach(client: Duplex): void {
    this.#client = client;
    client.on('error', () => undefined);
  }

  disconnect(): void {
    this.#client?.destroy();
  }

  async start(): Promise<void> {
    const running = await Bubblewrapped.start(programOf(this.id, this.definition), this.groups);
    this.#running = running;
    const { child } = running;
    this.#client?.pipe(child.stdin);
    void this.#copyOutputs(running);
    void running.exitCode.then((code) => {
      this.#wasOutOfMemory = running.wasOutOfMemory;
      this.#running = undefined;
      this.#isPaused = false;
      this.#resolveExit(code);
    });
    // The engine answers when the first process runs.
    await running.pid;
  }

  async pause(): Promise<void> {
    const running = this.#runningOr409();
    if (this.#isPaused) throw new Refused(409, `Container ${this.id} is already paused`);
    await running.freeze();
    this.#isPaused = true;
  }

  async unpause(): Promise<void> {
    if (!this.#isPaused) throw new Refused(500, `Container ${this.id} is not paused`);
    await this.#running?.thaw();
    this.#isPaused = false;
  }

  /** SIGKILL and the stop signal thaw a paused container. */
  async kill(signal: string): Promise<void> {
    const running = this.#runningOr409();
    if (signal === 'SIGKILL') {
      await running.kill();
      return;
    }
    const { Env: variables, HostConfig: host, StopSignal: stop } = this.definition;
    const toGroup = host.Init === true && variables.includes('TINI_KILL_PROCESS_GROUP=1');
    await running.signal(signal as NodeJS.Signals, toGroup);
    if (this.#isPaused && (stop === undefined || stop === signal)) await this.unpause();
  }

  async remove(force: boolean): Promise<void> {
    if (!this.#running) return;
    if (!force) throw new Refused(409, `You cannot remove a running container ${this.id}`);
    await this.#running.kill();
    await this.exitCode;
  }

  #runningOr409(): Bubblewrapped {
    if (!this.#running) throw new Refused(409, `Container ${this.id} is not running`);
    return this.#running;
  }

  async #copyOutputs({ child }: Bubblewrapped): Promise<void> {
    const copies = [child.stdout, child.stderr].map((output, index) => this.#copy(output, index + 1));
    await Promise.all(copies).catch(() => undefined);
    this.#client?.end();
  }

  /** Each piece of output in a frame of its own, no faster than the client reads. */
  async #copy(output: Readable, stream: number): Promise<void> {
    for await (const piece of output as AsyncIterable<Buffer>) {
      const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
      header.writeUInt32BE(piece.length, 4);
      const client = this.#client;
      if (!client?.writable || client.write(Buffer.concat([header, piece]))) continue;
      const waited = new AbortController();
      const ends = ['drain', 'close'].map((event) => once(client, event, waited).catch(() => undefined));
      await Promise.race(ends);
      waited.abort();
    }
  }
}

function programOf(id: string, definition: ContainerCreate) {
  const { Entrypoint = [], Cmd, Env, User = '0:0', WorkingDir = '/', HostConfig: host } = definition;
  const [uid = 0, gid = 0] = User.split(':').map(Number);
  const { Memory: memory, PidsLimit: pids, NanoCpus: cpus, Ulimits: limits = [] } = host;
  return {
    id,
    argv: [...Entrypoint, ...Cmd],
    environment: Env,
    user: { uid, gid },
    directory: WorkingDir,
    mounts: host.Mounts.map(({ Source, Target, ReadOnly }) => ({
      source: Source,
      target: Target,
      writable: !ReadOnly,
    })),
    limits: {
      ...(memory === undefined ? {} : { memoryBytes: memory }),
      ...(pids === undefined ? {} : { pids }),
      ...(cpus === undefined ? {} : { cpus: cpus / 1e9 }),
    },
    fileBytes: limits.find(({ Name }) => Name === 'fsize')?.Soft,
  };
}
