import type Docker from 'dockerode';
import { setTimeout as wait } from 'node:timers/promises';
import { z } from 'zod';
import { LIMITS } from '../limits';
import type { Limit } from '../workspace';

/** That of Docker 25, the oldest that Docker 29 still speaks. */
const API_VERSION = 'v1.44';

/** An engine that takes longer to answer is not there. */
const DEADLINE_MS = 60_000;

/** @throws for an engine that does not answer in time */
export async function answered<Answer>(call: Promise<Answer>): Promise<Answer> {
  const waiting = new AbortController();
  const late = wait(DEADLINE_MS, undefined, { signal: waiting.signal, ref: false }).then(() => {
    throw new Error(`the engine has not answered for ${DEADLINE_MS / 1_000} s`);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    waiting.abort();
  }
}

const Info = z.object({
  OSType: z.string(),
  SecurityOptions: z.array(z.string()).nullish(),
  MemoryLimit: z.boolean(),
  PidsLimit: z.boolean(),
  CpuCfsPeriod: z.boolean(),
  CpuCfsQuota: z.boolean(),
});
const Image = z.object({ Config: z.object({ Volumes: z.record(z.string(), z.unknown()).nullish() }).nullish() });

/** The client's own way to tell the address of a call from its body. */
interface Separated {
  readonly _query: object;
  readonly _body: object;
}

/** The limits that no engine holds for a directory of the host. */
export const OF_THE_DISK: readonly Limit[] = ['diskBytes', 'inodes'];

/** A container engine on this machine, by its API on a unix socket. */
export class DockerEngine {
  #client: Promise<Docker> | undefined;

  constructor(private readonly socketPath: string) {}

  /**
   * The limits that this engine cannot hold.
   * @throws when it runs no workspaces that are isolated enough, with the reason
   */
  async unenforceable(): Promise<readonly Limit[]> {
    const docker = await this.#docker();
    const info = Info.parse(await answered(docker.info()));
    if (info.OSType !== 'linux') throw new Error(`the engine runs containers of ${info.OSType}`);
    const filter = info.SecurityOptions?.find((option) => option.startsWith('name=seccomp'));
    if (filter === undefined || filter.includes('unconfined')) throw new Error('the engine filters no system calls');

    const held: Partial<Record<Limit, boolean>> = {
      memoryBytes: info.MemoryLimit,
      pids: info.PidsLimit,
      cpus: info.CpuCfsPeriod && info.CpuCfsQuota,
    };
    return LIMITS.filter((limit) => !OF_THE_DISK.includes(limit) && !held[limit]);
  }

  /** @throws for an image that is not there, or that would give an agent more places to write */
  async checkImage(reference: string): Promise<void> {
    const docker = await this.#docker();
    const { Config: config } = Image.parse(await answered(docker.getImage(reference).inspect()));
    const [volume] = Object.keys(config?.Volumes ?? {});
    if (volume !== undefined) throw new Error(`the image declares the volume ${volume}, whose size nothing limits`);
  }

  async create(definition: Docker.ContainerCreateOptions): Promise<Docker.Container> {
    const docker = await this.#docker();
    // The client would repeat the definition in the address, which is bounded and may be logged.
    const call: Docker.ContainerCreateOptions & Separated = { _query: {}, _body: definition };
    return answered(docker.createContainer(call));
  }

  /** The containers with a label, also those that have ended. */
  async containersWith(label: string): Promise<{ id: string; labels: Readonly<Record<string, string>> }[]> {
    const filters = JSON.stringify({ label: [label] });
    const docker = await this.#docker();
    const found = await answered(docker.listContainers({ all: true, filters }));
    return found.map(({ Id, Labels }) => ({ id: Id, labels: Labels }));
  }

  /** Ends a container's processes and removes it. One that is gone already is not missed. */
  async remove(id: string): Promise<void> {
    const docker = await this.#docker();
    try {
      await answered(docker.getContainer(id).remove({ force: true, v: true }));
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }

  /** The client is loaded for runners that have an engine: it takes 23 MB. */
  #docker(): Promise<Docker> {
    return (this.#client ??= import('dockerode').then(({ default: Client }) => {
      const { socketPath } = this;
      // `host`, `protocol` and `timeout` shut out the variables `DOCKER_*`, which could name another engine.
      return new Client({ socketPath, version: API_VERSION, host: '', protocol: 'http', timeout: undefined });
    }));
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'statusCode' in error && error.statusCode === 404;
