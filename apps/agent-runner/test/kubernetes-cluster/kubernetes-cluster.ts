import type { Job } from 'kubernetes-types/batch/v1';
import type { PodSpec, PodStatus, Secret } from 'kubernetes-types/core/v1';
import type { NetworkPolicy } from 'kubernetes-types/networking/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { z } from 'zod';
import { SANDBOXES, type Sandbox } from '../../src/workspaces/kubernetes/sandbox-resource';
import { metadataFaults, podFaults } from './admission';
import { ApiTypes } from './api-types';
import { RunningPod, type Node } from './running-pod';
import { SandboxSchema } from './sandbox-schema';

const TYPES = new ApiTypes();
const CREATION = '2026-01-01T00:00:00Z';

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

export interface ClusterTraits {
  readonly namespace: string;
  /** The token of the runner's service account. */
  readonly token: string;
  readonly policies: readonly NetworkPolicy[];
  /** True for a cluster with the resource of agent-sandbox. */
  readonly hasSandboxes?: boolean;
  /** The status of pods that are never placed. */
  readonly pending?: PodStatus;
  readonly node: Node;
}

type Stored = Readonly<{ metadata: ObjectMeta; template?: { labels: Record<string, string>; spec: PodSpec } }>;
type Kind = 'jobs' | 'sandboxes' | 'secrets';
type Answer = readonly [status: number, body: unknown];

/** The API of a cluster with one node, as far as a runner of this project may use it. Whatever the API does not know is refused. */
export class KubernetesCluster {
  readonly pods = new Map<string, RunningPod>();
  readonly created: { readonly kind: Kind; readonly object: unknown }[] = [];
  readonly secrets = new Map<string, Secret>();
  readonly #objects = {
    jobs: new Map<string, Stored>(),
    sandboxes: new Map<string, Stored>(),
    secrets: new Map<string, Stored>(),
  };

  private constructor(
    private readonly traits: ClusterTraits,
    private readonly server: Server,
  ) {}

  static async listen(traits: ClusterTraits): Promise<KubernetesCluster> {
    const server = createServer((request, response) => {
      void cluster.#answer(request).then(([status, body]) => {
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      });
    });
    const cluster = new KubernetesCluster(traits, server);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return cluster;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The names of what there is. */
  get names(): readonly string[] {
    return Object.values(this.#objects).flatMap((objects) => [...objects.keys()]);
  }

  async close(): Promise<void> {
    await Promise.all([...this.pods.values()].map((pod) => pod.remove()));
    this.server.closeAllConnections();
    this.server.close();
  }

  async #answer(request: IncomingMessage): Promise<Answer> {
    try {
      return await this.#route(request);
    } catch (error) {
      const status = error instanceof Refused ? error.status : 500;
      const message = error instanceof Error ? error.message : String(error);
      return [status, { kind: 'Status', apiVersion: 'v1', status: 'Failure', message, code: status }];
    }
  }

  async #route(request: IncomingMessage): Promise<Answer> {
    if (request.headers.authorization !== `Bearer ${this.traits.token}`) throw new Refused(401, 'Unauthorized');
    const { pathname, searchParams } = new URL(request.url ?? '', 'http://cluster');
    const query = Object.fromEntries(searchParams);
    const { method } = request;
    if (pathname === `/apis/${SANDBOXES.apiVersion}`) return this.#discovery();
    const { kind, name } = this.#placeOf(pathname);
    if (method === 'GET' && name === undefined) return [200, { items: this.#list(kind, listQuery(query)) }];
    if (kind === 'pods' || kind === 'networkpolicies') throw new Refused(403, `${String(method)} ${kind} is forbidden`);
    if (method === 'POST' && name === undefined) {
      z.strictObject({ fieldValidation: z.literal('Strict') }).parse(query);
      return [201, await this.#create(kind, await json(request))];
    }
    if (method === 'DELETE' && name !== undefined) return [200, await this.#delete(kind, name, await json(request))];
    throw new Refused(405, `${String(method)} ${pathname}`);
  }

  #discovery(): Answer {
    if (this.traits.hasSandboxes !== true) throw new Refused(404, 'the server could not find the requested resource');
    return [200, { kind: 'APIResourceList', resources: [{ name: SANDBOXES.plural, kind: SANDBOXES.kind }] }];
  }

  #placeOf(path: string) {
    const { namespace, hasSandboxes = false } = this.traits;
    const groups = {
      pods: '/api/v1',
      secrets: '/api/v1',
      jobs: '/apis/batch/v1',
      networkpolicies: '/apis/networking.k8s.io/v1',
      ...(hasSandboxes ? { sandboxes: `/apis/${SANDBOXES.apiVersion}` } : {}),
    };
    for (const kind of Object.keys(groups) as (keyof typeof groups)[]) {
      const base = `${groups[kind] ?? ''}/namespaces/${namespace}/${kind}`;
      if (path === base) return { kind, name: undefined };
      if (path.startsWith(`${base}/`)) return { kind, name: path.slice(base.length + 1) };
    }
    throw new Refused(404, `the server could not find the requested resource ${path}`);
  }

  #list(kind: Kind | 'pods' | 'networkpolicies', selector: string): unknown[] {
    if (kind === 'networkpolicies') return [...this.traits.policies];
    if (kind === 'pods') {
      const pods = [...this.pods.values()].filter(({ labels }) => selects(selector, labels));
      return pods.map(({ name, labels, status }) => ({ metadata: { name, labels }, status }));
    }
    return [...this.#objects[kind].values()].filter(({ metadata }) => selects(selector, metadata.labels ?? {}));
  }

  async #create(kind: Kind, body: unknown): Promise<unknown> {
    refuseFaults(faultsOf(kind, body));
    const { metadata } = body as { metadata: ObjectMeta };
    const { name = '' } = metadata;
    refuseFaults(metadataFaults(metadata));
    if (metadata.namespace !== this.traits.namespace) throw new Refused(400, 'the namespace is another one');
    if (this.#objects[kind].has(name)) throw new Refused(409, `${kind} "${name}" already exists`);
    const template = templateOf(kind, body);
    if (template) refuseFaults(podFaults(template.spec));
    this.#objects[kind].set(name, {
      metadata: { ...metadata, creationTimestamp: CREATION },
      ...(template && { template }),
    });
    this.created.push({ kind, object: body });
    if (kind === 'secrets') this.secrets.set(name, body as Secret);
    if (template) await this.#place(name, template.labels, template.spec);
    return body;
  }

  async #place(name: string, labels: Record<string, string>, spec: PodSpec): Promise<void> {
    const pod = new RunningPod(name, labels, spec, this.traits.node);
    this.pods.set(name, pod);
    if (this.traits.pending) pod.wait(this.traits.pending);
    else await pod.start(this.secrets);
  }

  async #delete(kind: Kind, name: string, options: unknown): Promise<unknown> {
    refuseFaults(TYPES.faultsOf(options, 'meta/v1', 'DeleteOptions'));
    if (!this.#objects[kind].delete(name)) throw new Refused(404, `${kind} "${name}" not found`);
    if (kind === 'secrets') this.secrets.delete(name);
    else {
      await this.pods.get(name)?.remove();
      this.pods.delete(name);
    }
    return { kind: 'Status', apiVersion: 'v1', status: 'Success' };
  }
}

const listQuery = (query: Record<string, string>): string =>
  z.strictObject({ labelSelector: z.string().default('') }).parse(query).labelSelector;

function selects(selector: string, labels: Readonly<Record<string, string>>): boolean {
  const parts = selector.split(',').filter((part) => part !== '');
  return parts.map((part) => part.split('=')).every(([name = '', value]) => labels[name] === value);
}

function faultsOf(kind: Kind, body: unknown): string[] {
  if (kind === 'jobs') return TYPES.faultsOf(body, 'batch/v1', 'Job');
  if (kind === 'secrets') return TYPES.faultsOf(body, 'core/v1', 'Secret');
  const parsed = SandboxSchema.safeParse(body);
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  return [
    ...TYPES.faultsOf(parsed.data.metadata, 'meta/v1', 'ObjectMeta'),
    ...TYPES.faultsOf(parsed.data.spec.podTemplate.spec, 'core/v1', 'PodSpec'),
  ];
}

function templateOf(kind: Kind, body: unknown): Stored['template'] {
  if (kind === 'secrets') return undefined;
  if (kind === 'sandboxes') {
    const { podTemplate } = (body as Sandbox).spec;
    return { labels: { ...podTemplate.metadata.labels }, spec: podTemplate.spec };
  }
  const template = (body as Job).spec?.template;
  if (!template?.spec) throw new Refused(422, 'a job has a template of its pod');
  return { labels: template.metadata?.labels ?? {}, spec: template.spec };
}

function refuseFaults(faults: readonly string[]): void {
  if (faults.length > 0) throw new Refused(422, faults.join('; '));
}
