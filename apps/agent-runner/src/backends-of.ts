import type { RunnerConfig } from './agent-runner.variables';
import { runnerIn } from './work/runner-identity';
import { defaultLimitsOf } from './work/runner-settings';
import { DockerBackend, KubernetesBackend, ProcessBackend, SandboxBackend, type Backend } from './workspaces';

/** The kinds of workspaces that a runner may have by its configuration. Their probes tell which of them work. */
export function backendsOf(config: RunnerConfig): readonly Backend[] {
  const defaults = defaultLimitsOf(config);
  return [
    new SandboxBackend(defaults),
    new ProcessBackend(config.SYN_ALLOW_PROCESS, defaults),
    ...inContainers(config),
    ...inPods(config),
  ];
}

function inContainers(config: RunnerConfig): readonly Backend[] {
  const { WORKSPACE_DOCKER_SOCKET: socket, WORKSPACE_IMAGE: image, RUNNER_DIR: directory } = config;
  if (socket === undefined || image === undefined) return [];
  const runner = () => runnerIn(directory);
  return [new DockerBackend({ socket, image, directory, runner, defaults: defaultLimitsOf(config) })];
}

function inPods(config: RunnerConfig): readonly Backend[] {
  const {
    WORKSPACE_KUBERNETES_API: url,
    WORKSPACE_KUBERNETES_CREDENTIALS: credentials,
    RUNNER_DIR: directory,
  } = config;
  const { WORKSPACE_IMAGE: image, WORKSPACE_RUNNER_HOST: host, WORKSPACE_RUNNER_PORT: port } = config;
  if (url === undefined || image === undefined || host === undefined) return [];
  return [
    new KubernetesBackend({
      ...{ access: { url, credentials }, namespace: config.WORKSPACE_NAMESPACE, image },
      ...{ listen: { host: config.HOST, port }, host, directory },
      runner: () => runnerIn(directory),
      defaults: defaultLimitsOf(config),
    }),
  ];
}
