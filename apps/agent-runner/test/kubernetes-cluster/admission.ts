import type { Container, PodSpec } from 'kubernetes-types/core/v1';
import type { ObjectMeta } from 'kubernetes-types/meta/v1';

/*
 * What an API server refuses beside unknown fields: names, labels and quantities that are none, and pods that do not keep the
 * restricted profile of Pod Security, which the namespace of workspaces demands.
 */

const NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;
const LABEL_NAME = /^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?\/)?[A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?$/;
const LABEL_VALUE = /^([A-Za-z0-9]([A-Za-z0-9_.-]{0,61}[A-Za-z0-9])?)?$/;
const QUANTITY = /^\d+(\.\d+)?(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;
/** The kinds of volumes that the restricted profile allows. */
const VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export function metadataFaults({ name = '', labels = {} }: ObjectMeta): string[] {
  return [
    ...(NAME.test(name) ? [] : [`the name ${name} is none`]),
    ...Object.entries(labels)
      .filter(([label, value]) => !LABEL_NAME.test(label) || !LABEL_VALUE.test(value))
      .map(([label, value]) => `the label ${label}=${value} is none`),
  ];
}

export function podFaults(pod: PodSpec): string[] {
  const { containers, volumes = [] } = pod;
  const names = volumes.map(({ name }) => name);
  const mounts = containers.flatMap(({ volumeMounts = [] }) => volumeMounts);
  return [
    ...restrictedFaults(pod),
    ...containers.flatMap(quantityFaults),
    ...volumes.flatMap(({ emptyDir }) =>
      (emptyDir?.sizeLimit ?? '0').match(QUANTITY) ? [] : ['a size is no quantity'],
    ),
    ...(new Set(names).size === names.length ? [] : ['two volumes have one name']),
    ...mounts.filter(({ name }) => !names.includes(name)).map(({ name }) => `there is no volume ${name}`),
    ...mounts
      .filter(({ mountPath }, at) => mounts.findIndex((one) => one.mountPath === mountPath) !== at)
      .map(({ mountPath }) => `two volumes are mounted at ${mountPath}`),
    ...mounts.filter(({ subPath = '' }) => /^\/|\.\./.test(subPath)).map(() => 'a sub-path leads out of its volume'),
  ];
}

function quantityFaults({ resources: { limits = {}, requests = {} } = {} }: Container): string[] {
  const all = [...Object.entries(limits), ...Object.entries(requests)];
  const above = Object.entries(requests).filter(
    ([name, value]) => amountOf(value) > amountOf(limits[name] ?? 'Infinity'),
  );
  return [
    ...all.filter(([, value]) => !QUANTITY.test(value)).map(([name, value]) => `${name}: ${value} is no quantity`),
    ...above.map(([name]) => `more ${name} is requested than allowed`),
  ];
}

const amountOf = (quantity: string) =>
  quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1_000 : Number(quantity);

function restrictedFaults({ securityContext: own = {}, containers, volumes = [], ...pod }: PodSpec): string[] {
  const rules: readonly (readonly [string, boolean])[] = [
    ['host namespaces', !pod.hostNetwork && !pod.hostPID && !pod.hostIPC],
    ['volume types', volumes.every((one) => Object.keys(one).every((key) => key === 'name' || VOLUMES.includes(key)))],
    ['runAsNonRoot', own.runAsNonRoot === true && own.runAsUser !== 0],
    ['seccompProfile', own.seccompProfile?.type === 'RuntimeDefault'],
    ...containers.flatMap(({ securityContext: of = {} }) => [
      ['privileged', of.privileged !== true] as const,
      ['allowPrivilegeEscalation', of.allowPrivilegeEscalation === false] as const,
      ['capabilities', of.capabilities?.drop?.includes('ALL') === true && !of.capabilities.add?.length] as const,
      ['runAsNonRoot', of.runAsNonRoot !== false && of.runAsUser !== 0] as const,
    ]),
  ];
  return rules.filter(([, holds]) => !holds).map(([rule]) => `violates PodSecurity "restricted": ${rule}`);
}
