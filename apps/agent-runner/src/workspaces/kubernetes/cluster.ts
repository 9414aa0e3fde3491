import { z } from 'zod';
import { ApiRefused, type KubernetesApi } from './kubernetes-api';
import {
  isOfLife,
  jobOf,
  ofPod,
  ofRunner,
  sandboxOf,
  tokenSecret,
  WORKSPACE_LABELS,
  type PodPlan,
} from './pod-definition';
import { SANDBOXES } from './sandbox-resource';

const Labelled = z.object({
  items: z.array(
    z.object({ metadata: z.object({ name: z.string(), labels: z.record(z.string(), z.string()).default({}) }) }),
  ),
});

const Told = z.object({ reason: z.string().optional(), message: z.string().optional() });

const Pods = z.object({
  items: z.array(
    z.object({
      status: z.object({
        phase: z.string().default('Pending'),
        ...Told.shape,
        conditions: z.array(z.object({ status: z.string(), ...Told.shape })).default([]),
        containerStatuses: z
          .array(
            z.object({
              state: z.object({
                waiting: Told.optional(),
                terminated: Told.optional(),
              }),
            }),
          )
          .default([]),
      }),
    }),
  ),
});

const Policies = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      spec: z.object({
        podSelector: z.object({
          matchLabels: z.record(z.string(), z.string()).optional(),
          matchExpressions: z.array(z.unknown()).optional(),
        }),
        policyTypes: z.array(z.string()).default([]),
        ingress: z.array(z.unknown()).optional(),
      }),
    }),
  ),
});

/** What a cluster tells of a pod. */
export interface PodState {
  readonly hasEnded: boolean;
  readonly wasOutOfMemory: boolean;
  /** Why it does not run, as text; undefined where nothing is told. */
  readonly reason: string | undefined;
}

/** The pods of workspaces in one namespace of a cluster: sandboxes where there is the resource, else jobs. */
export class Cluster {
  #kind: Promise<'jobs' | 'sandboxes'> | undefined;

  constructor(
    private readonly api: KubernetesApi,
    private readonly namespace: string,
  ) {}

  /** The token is there before the pod that reads it. */
  async create(plan: PodPlan, token: string): Promise<void> {
    const kind = await this.#podKind();
    await this.api.create(this.#core('secrets'), tokenSecret(plan, token));
    await this.api.create(this.#path(kind), kind === 'jobs' ? jobOf(plan) : sandboxOf(plan, new Date()));
  }

  /** Removes a pod and its token. */
  async remove(id: string): Promise<void> {
    await this.api.remove(`${this.#path(await this.#podKind())}/${id}`);
    await this.removeToken(id);
  }

  async removeToken(id: string): Promise<void> {
    await this.api.remove(`${this.#core('secrets')}/${id}`);
  }

  /** Undefined for a pod that is not there. */
  async stateOf(id: string): Promise<PodState | undefined> {
    const { items } = await this.api.get(this.#core('pods'), Pods, { labelSelector: ofPod(id) });
    const status = items[0]?.status;
    if (!status) return undefined;
    const state = status.containerStatuses[0]?.state;
    const unmet = status.conditions.find((one) => one.status === 'False');
    const told = [state?.terminated, state?.waiting, status, unmet].map((one) => toldBy(one));
    return {
      hasEnded: status.phase === 'Failed' || status.phase === 'Succeeded',
      wasOutOfMemory: state?.terminated?.reason === 'OOMKilled',
      reason: told.find((text) => text !== ''),
    };
  }

  /** Removes what earlier lives of a runner have left. */
  async removeOrphans(runner: string, life: string): Promise<void> {
    const kind = await this.#podKind();
    for (const path of [this.#path(kind), this.#core('secrets')]) {
      const { items } = await this.api.get(path, Labelled, { labelSelector: ofRunner(runner) });
      const orphans = items.filter(({ metadata }) => !isOfLife(metadata.labels, life));
      await Promise.all(orphans.map(({ metadata }) => this.api.remove(`${path}/${metadata.name}`)));
    }
  }

  /**
   * Workspaces without a policy could reach whatever the cluster reaches.
   * @throws when no policy shuts pods of workspaces in and off
   */
  async checkPolicy(): Promise<void> {
    const path = `/apis/networking.k8s.io/v1/namespaces/${this.namespace}/networkpolicies`;
    const { items } = await this.api.get(path, Policies);
    const applies = items.filter(({ spec: { podSelector } }) => {
      const { matchLabels = {}, matchExpressions = [] } = podSelector;
      const labels: Readonly<Record<string, string>> = WORKSPACE_LABELS;
      return (
        matchExpressions.length === 0 && Object.entries(matchLabels).every(([name, value]) => labels[name] === value)
      );
    });
    const shuts = (type: string) => applies.some(({ spec }) => spec.policyTypes.includes(type));
    if (!shuts('Ingress') || !shuts('Egress')) {
      throw new Error(`no NetworkPolicy of ${this.namespace} shuts pods of workspaces off in both directions`);
    }
  }

  /** Asked until the API server has answered once. */
  #podKind(): Promise<'jobs' | 'sandboxes'> {
    return (this.#kind ??= this.#findKind().catch((error: unknown) => {
      this.#kind = undefined;
      throw error;
    }));
  }

  async #findKind(): Promise<'jobs' | 'sandboxes'> {
    const Resources = z.object({ resources: z.array(z.object({ name: z.string() })) });
    try {
      const { resources } = await this.api.get(`/apis/${SANDBOXES.apiVersion}`, Resources);
      return resources.some(({ name }) => name === SANDBOXES.plural) ? 'sandboxes' : 'jobs';
    } catch (error) {
      if (error instanceof ApiRefused && error.status === 404) return 'jobs';
      throw error;
    }
  }

  #path(kind: 'jobs' | 'sandboxes'): string {
    const group = kind === 'jobs' ? 'batch/v1' : SANDBOXES.apiVersion;
    return `/apis/${group}/namespaces/${this.namespace}/${kind}`;
  }

  #core(kind: 'pods' | 'secrets'): string {
    return `/api/v1/namespaces/${this.namespace}/${kind}`;
  }
}

const toldBy = (told: z.infer<typeof Told> | undefined): string =>
  [told?.reason, told?.message].filter((part) => part !== undefined && part !== '').join(': ');
