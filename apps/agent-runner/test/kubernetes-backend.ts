import type { ClusterAccess } from '../src/workspaces/kubernetes/kubernetes-api';
import { KubernetesBackend } from '../src/workspaces/kubernetes/kubernetes.backend';

export const NAMESPACE = 'workspaces';

type Settings = Readonly<{ access: ClusterAccess; program: string; directory: string; runner: string }>;

/** The backend of a runner with this name, whose pods run on this machine. */
export const kubernetesBackend = ({ runner, ...settings }: Settings): KubernetesBackend =>
  new KubernetesBackend({
    ...settings,
    namespace: NAMESPACE,
    image: 'runner:1',
    listen: { host: '127.0.0.1', port: 0 },
    host: '127.0.0.1',
    runner: () => Promise.resolve(runner),
  });
