import { randomUUID } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { DEFAULT_LIMITS, effectiveLimits, LIMITS, type DefaultLimits } from '../limits';
import { probeWorkspace } from '../probe-workspace';
import { unprivilegedUser } from '../unprivileged-user';
import { volumeIn } from '../volume';
import type { Backend, Limit, Probe, Workspace, WorkspaceSpec } from '../workspace';
import { Cluster } from './cluster';
import { HostFiles } from './host-files';
import { KubernetesApi, type ClusterAccess } from './kubernetes-api';
import { Mirror } from './mirror';
import { Pod, type PodSurroundings } from './pod';
import { PodListener } from './pod-listener';
import { PodWorkspace } from './pod-workspace';

/** The pod's agent, as a file of the image: pods run the runner's own image, or one made from it. */
const POD_AGENT = join(__dirname, '../../pod-agent/main.js');

/** No pod says how many processes it may have: that is a setting of the node. */
const UNENFORCEABLE: readonly Limit[] = ['pids'];
const WATCHED: readonly Limit[] = ['diskBytes', 'inodes'];

/** The time for a pod to be placed, to get its image, and to dial. A sample does not hold up the runner for as long. */
const START_MS = 600_000;
const SAMPLE_START_MS = 120_000;

export interface KubernetesSettings {
  readonly access: ClusterAccess;
  readonly namespace: string;
  readonly image: string;
  /** Where the runner listens for its pods. */
  readonly listen: { readonly host: string; readonly port: number };
  /** The address of the runner that pods dial. */
  readonly host: string;
  /** The runner's own directory, which samples of workspaces are made in. */
  readonly directory: string;
  /** The runner's name, by which its pods are found again. */
  readonly runner: () => Promise<string>;
  readonly defaults?: DefaultLimits;
  /** The path of the pod's agent in the image. */
  readonly program?: string;
}

/** Runs agents in pods of a cluster. Their files and streams come and go over one connection, which the pod dials. */
export class KubernetesBackend implements Backend {
  readonly name = 'kubernetes';
  readonly isExperimental = true;
  readonly #surroundings: PodSurroundings;
  readonly #hostFiles = new HostFiles();
  readonly #life = randomUUID();

  constructor(private readonly settings: KubernetesSettings) {
    const cluster = new Cluster(new KubernetesApi(settings.access), settings.namespace);
    this.#surroundings = { cluster, listener: new PodListener(settings.listen) };
  }

  /** Removes the pods of earlier lives of this runner first. */
  async probe(): Promise<Probe> {
    try {
      const { cluster } = this.#surroundings;
      await cluster.checkPolicy();
      await cluster.removeOrphans(await this.settings.runner(), this.#life);
      await probeWorkspace({ create: (spec) => this.#open(spec, SAMPLE_START_MS) }, this.settings.directory);
      return { available: true, unenforceable: UNENFORCEABLE, watched: WATCHED, seccomp: true };
    } catch (error) {
      const reason = error instanceof Error ? error.message.trim() : String(error);
      return { available: false, reason, unenforceable: LIMITS, watched: [], seccomp: true };
    }
  }

  /** Pods take the memory of other machines. */
  memoryOf(): Promise<number> {
    return Promise.resolve(0);
  }

  create(spec: WorkspaceSpec): Promise<Workspace> {
    return this.#open(spec, START_MS);
  }

  async #open(spec: WorkspaceSpec, startMs: number): Promise<Workspace> {
    const { defaults = DEFAULT_LIMITS, image, namespace, program = POD_AGENT, host } = this.settings;
    const limits = effectiveLimits(this.name, spec.limits, { defaults, unenforceable: UNENFORCEABLE });
    const owner = { runner: await this.settings.runner(), life: this.#life };
    const runner = { host, port: await this.#surroundings.listener.port() };
    await mkdir(spec.directory, { recursive: true });
    const directory = await realpath(spec.directory);
    const mirror = await Mirror.open(volumeIn(directory), unprivilegedUser(spec.id), limits);
    const template = { namespace, image, program, runner, owner, limits, session: spec.id };
    return new PodWorkspace(
      { ...spec, directory, limits },
      { mirror, hostFiles: this.#hostFiles, startPod: () => new Pod(this.#surroundings, template, startMs) },
    );
  }
}
