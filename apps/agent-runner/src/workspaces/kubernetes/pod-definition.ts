import { createHash } from 'node:crypto';
import type { Job } from 'kubernetes-types/batch/v1';
import type {
  Container,
  PodSpec,
  PodTemplateSpec,
  ResourceRequirements,
  Secret,
  Volume,
  VolumeMount,
} from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';
import { PLACES, POD_PATHS } from '../../pod-agent/protocol';
import { INSIDE, ownEtc } from '../inside';
import type { Limits } from '../workspace';
import { SANDBOXES, type Sandbox } from './sandbox-resource';

/** Selects pods of workspaces in policies: `deploy/k8s` has the same label. */
export const WORKSPACE_LABELS = { app: 'agent-workspace' } as const;

/** Labels of all objects of a pod: its runner, the life of the runner's process, its session, and its own name. */
const LABEL = {
  runner: 'syntropic.dev/runner',
  life: 'syntropic.dev/life',
  session: 'syntropic.dev/session',
  pod: 'syntropic.dev/pod',
} as const;

/** Any but root; files of the pod's volumes belong to it. */
const USER = { uid: 10_001, gid: 10_001 };

/** No session runs for longer: what a runner has left behind ends by itself. */
const DEADLINE_SECONDS = 7 * 24 * 3_600;
/** The time that the cluster keeps what has ended, for people who look for the reason. */
const KEPT_SECONDS = 300;

const MEBIBYTE = 1024 ** 2;
/** The memory of the pod's agent, beside that of the workspace. */
const POD_AGENT_BYTES = 128 * MEBIBYTE;
const SHARED_MEMORY_BYTES = 64 * MEBIBYTE;
const HOST_FILES_BYTES = 2_048 * MEBIBYTE;
const SMALL_BYTES = MEBIBYTE;
/** The part of its processors that a pod has for itself. */
const RESERVED_CPUS = 0.25;

/** Waits for the agent, and for the orphans that the first process of a container inherits. */
const WAIT_FOR_AGENT = 'node "$@" "$PATH" & wait $!';

interface Owner {
  readonly runner: string;
  readonly life: string;
}

export interface PodPlan {
  /** The name of the pod, and of its objects. */
  readonly id: string;
  readonly namespace: string;
  readonly image: string;
  readonly session: string;
  readonly owner: Owner;
  /** The path of the pod's agent in the image. */
  readonly program: string;
  readonly runner: { readonly host: string; readonly port: number };
  readonly limits: Limits;
}

/** Label selectors of objects. */
export const ofRunner = (runner: string): string => `${LABEL.runner}=${labelValue(runner)}`;
export const ofPod = (id: string): string => `${LABEL.pod}=${id}`;
export const isOfLife = (labels: Readonly<Record<string, string>>, life: string): boolean =>
  labels[LABEL.life] === life;

/** The token, and the accounts of the pod's user, as the pod's files. */
export const tokenSecret = (plan: PodPlan, token: string): Secret => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: metadataOf(plan),
  immutable: true,
  type: 'Opaque',
  stringData: { token, ...ownEtc(USER) },
});

/** A pod that is never started a second time. */
export const jobOf = (plan: PodPlan): Job => ({
  apiVersion: 'batch/v1',
  kind: 'Job',
  metadata: metadataOf(plan),
  spec: {
    backoffLimit: 0,
    completions: 1,
    parallelism: 1,
    activeDeadlineSeconds: DEADLINE_SECONDS,
    ttlSecondsAfterFinished: KEPT_SECONDS,
    template: templateOf(plan),
  },
});

/** The same pod as a sandbox of agent-sandbox; `now` is the time of its deadline's begin. */
export const sandboxOf = (plan: PodPlan, now: Date): Sandbox => ({
  apiVersion: SANDBOXES.apiVersion,
  kind: SANDBOXES.kind,
  metadata: metadataOf(plan),
  spec: {
    podTemplate: { metadata: { labels: labelsOf(plan) }, spec: podOf(plan) },
    operatingMode: 'Running',
    service: false,
    shutdownTime: new Date(now.getTime() + DEADLINE_SECONDS * 1_000).toISOString(),
    shutdownPolicy: 'Delete',
  },
});

const metadataOf = (plan: PodPlan): ObjectMeta => ({
  name: plan.id,
  namespace: plan.namespace,
  labels: labelsOf(plan),
});

const labelsOf = ({ id, session, owner }: PodPlan): Record<string, string> => ({
  ...WORKSPACE_LABELS,
  [LABEL.runner]: labelValue(owner.runner),
  [LABEL.life]: owner.life,
  [LABEL.session]: labelValue(session),
  [LABEL.pod]: id,
});

const templateOf = (plan: PodPlan): PodTemplateSpec => ({
  metadata: { labels: labelsOf(plan) },
  spec: podOf(plan),
});

/** The restricted profile of Pod Security, with a read-only root beside it. */
function podOf(plan: PodPlan): PodSpec {
  return {
    restartPolicy: 'Never',
    activeDeadlineSeconds: DEADLINE_SECONDS,
    terminationGracePeriodSeconds: 1,
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER.uid,
      runAsGroup: USER.gid,
      fsGroup: USER.gid,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    containers: [containerOf(plan)],
    volumes: volumesOf(plan),
  };
}

function containerOf({ id, image, program, runner, limits }: PodPlan): Container {
  return {
    name: 'workspace',
    image,
    imagePullPolicy: 'IfNotPresent',
    command: ['/bin/sh', '-c', WAIT_FOR_AGENT, 'workspace'],
    args: [program, runner.host, String(runner.port), id],
    workingDir: INSIDE.workspace,
    securityContext: {
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    },
    resources: resourcesOf(limits),
    volumeMounts: MOUNTS,
  };
}

function resourcesOf({ memoryBytes, cpus, diskBytes }: Limits): ResourceRequirements {
  const memory = memoryBytes === undefined ? {} : { memory: String(memoryBytes + POD_AGENT_BYTES) };
  const disk = diskBytes === undefined ? {} : { 'ephemeral-storage': String(diskBytes + HOST_FILES_BYTES) };
  return {
    limits: { ...memory, ...disk, ...(cpus === undefined ? {} : { cpu: milli(cpus) }) },
    requests: { ...memory, ...disk, ...(cpus === undefined ? {} : { cpu: milli(cpus * RESERVED_CPUS) }) },
  };
}

const milli = (cpus: number) => `${Math.max(1, Math.round(cpus * 1_000))}m`;

const volumesOf = ({ id, limits: { diskBytes } }: PodPlan): Volume[] => [
  { name: 'files', emptyDir: diskBytes === undefined ? {} : { sizeLimit: String(diskBytes) } },
  { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: String(SHARED_MEMORY_BYTES) } },
  { name: 'host-files', emptyDir: { sizeLimit: String(HOST_FILES_BYTES) } },
  { name: 'socket', emptyDir: { medium: 'Memory', sizeLimit: String(SMALL_BYTES) } },
  { name: 'token', secret: { secretName: id, defaultMode: 0o440 } },
];

const MOUNTS: VolumeMount[] = [
  { name: 'files', mountPath: POD_PATHS.volume },
  { name: 'files', mountPath: PLACES.workspace, subPath: 'workspace' },
  { name: 'files', mountPath: PLACES.home, subPath: 'home' },
  { name: 'files', mountPath: INSIDE.temporary, subPath: 'tmp' },
  { name: 'shared-memory', mountPath: INSIDE.sharedMemory },
  { name: 'host-files', mountPath: POD_PATHS.hostFiles },
  { name: 'socket', mountPath: POD_PATHS.socketDirectory },
  { name: 'token', mountPath: POD_PATHS.token, subPath: 'token', readOnly: true },
  ...Object.keys(ownEtc(USER)).map((name) => ({
    name: 'token',
    mountPath: `/etc/${name}`,
    subPath: name,
    readOnly: true,
  })),
];

/** What cannot be a label's value is told by its hash. */
const labelValue = (text: string): string =>
  /^[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/.test(text)
    ? text
    : createHash('sha256').update(text).digest('hex').slice(0, 40);
