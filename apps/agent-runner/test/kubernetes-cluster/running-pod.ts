import type { PodSpec, PodStatus, Secret, Volume, VolumeMount } from 'kubernetes-types/core/v1';
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ControlGroups } from '../../src/workspaces/control-groups';
import { PATH } from '../../src/workspaces/programs';
import { removeTree } from '../../src/workspaces/remove-tree';
import { Bubblewrapped, type Program } from '../container-engine/bubblewrapped';

/** The exit code of a program that SIGKILL has ended, as shells report it. */
const KILLED = 137;

/** What a node has for its pods. */
export interface Node {
  /** A directory for the volumes of pods. */
  readonly directory: string;
  readonly groups: ControlGroups;
  /** What the image has beside this machine's programs, by its paths in it. */
  readonly image: Readonly<Record<string, string>>;
}

/** A pod on a node: its volumes are directories, its container runs by bubblewrap. */
export class RunningPod {
  #status: PodStatus = { phase: 'Pending' };
  #running: Bubblewrapped | undefined;
  #isEvicted = false;

  constructor(
    readonly name: string,
    readonly labels: Readonly<Record<string, string>>,
    private readonly spec: PodSpec,
    private readonly node: Node,
  ) {}

  get status(): PodStatus {
    return this.#status;
  }

  /** Never placed: there is no node, or no image. */
  wait(status: PodStatus): void {
    this.#status = status;
  }

  async start(secrets: ReadonlyMap<string, Secret>): Promise<void> {
    const { command = [], args = [], workingDir = '/', volumeMounts = [], resources = {} } = this.#container;
    const sources = new Map(
      await Promise.all(
        (this.spec.volumes ?? []).map(async (one) => [one.name, await this.#make(one, secrets)] as const),
      ),
    );
    const { runAsUser: uid = 0, runAsGroup: gid = 0 } = this.spec.securityContext ?? {};
    const running = await Bubblewrapped.start(
      {
        id: this.name,
        argv: [...command, ...args],
        environment: [`PATH=${PATH}`],
        user: { uid, gid },
        directory: workingDir,
        mounts: [
          ...Object.entries(this.node.image).map(([target, source]) => ({ source, target, writable: false })),
          ...(await Promise.all(volumeMounts.map((mount) => this.#mount(mount, sources.get(mount.name) ?? '')))),
        ],
        limits: limitsIn(resources.limits ?? {}),
        isPod: true,
      },
      this.node.groups,
    );
    this.#running = running;
    this.#status = { phase: 'Running' };
    let said = '';
    running.child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    running.child.stdout.resume();
    void running.exitCode.then((exitCode) => {
      this.#running = undefined;
      this.#status = this.#endStatus(exitCode, running.wasOutOfMemory, said);
    });
  }

  /** Ends every process of it. A node that is short of a resource evicts pods. */
  async kill({ isEvicted = false } = {}): Promise<void> {
    this.#isEvicted = isEvicted;
    const running = this.#running;
    await running?.kill();
    await running?.exitCode;
  }

  async remove(): Promise<void> {
    await this.kill();
    await removeTree(join(this.node.directory, this.name));
  }

  get #container() {
    const [container] = this.spec.containers;
    if (!container) throw new Error('a pod has a container');
    return container;
  }

  #endStatus(exitCode: number, wasOutOfMemory: boolean, message: string): PodStatus {
    if (this.#isEvicted)
      return { phase: 'Failed', reason: 'Evicted', message: 'The node was low on resource: memory.' };
    const reason = wasOutOfMemory && exitCode === KILLED ? 'OOMKilled' : exitCode === 0 ? 'Completed' : 'Error';
    const { name, image = '' } = this.#container;
    const state = { terminated: { exitCode, reason, message } };
    const status = { name, image, imageID: image, ready: false, restartCount: 0, state };
    return { phase: exitCode === 0 ? 'Succeeded' : 'Failed', containerStatuses: [status] };
  }

  /** A new volume, with the rights that the kubelet gives it. */
  async #make({ name, secret }: Volume, secrets: ReadonlyMap<string, Secret>): Promise<string> {
    const directory = join(this.node.directory, this.name, name);
    await mkdir(directory, { recursive: true });
    await chmod(directory, 0o777);
    const { stringData: content = {} } = secrets.get(secret?.secretName ?? '') ?? {};
    for (const [file, text] of Object.entries(content)) {
      const path = join(directory, file);
      await writeFile(path, text);
      if (process.geteuid?.() === 0) await chown(path, 0, this.spec.securityContext?.fsGroup ?? 0);
      await chmod(path, secret?.defaultMode ?? 0o644);
    }
    return directory;
  }

  async #mount(
    { mountPath, subPath, readOnly = false }: VolumeMount,
    volume: string,
  ): Promise<Program['mounts'][number]> {
    const source = subPath === undefined ? volume : join(volume, subPath);
    if (!readOnly && subPath !== undefined) {
      await mkdir(source, { recursive: true });
      await chmod(source, 0o777);
    }
    return { source, target: mountPath, writable: !readOnly };
  }
}

const limitsIn = ({ memory, cpu }: Readonly<Record<string, string>>): Program['limits'] => ({
  ...(memory === undefined ? {} : { memoryBytes: Number(memory) }),
  ...(cpu === undefined ? {} : { cpus: Number(cpu.replace(/m$/, '')) / 1_000 }),
});
