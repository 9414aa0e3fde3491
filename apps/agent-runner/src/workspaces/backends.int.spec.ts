import { conformsToBackend } from '../../test/backend-conformance';
import { useEngine } from '../../test/container-engine.fixture';
import { useCluster } from '../../test/kubernetes-cluster.fixture';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { DockerBackend } from './docker/docker.backend';
import { KubernetesBackend } from './kubernetes/kubernetes.backend';
import { ProcessBackend } from './process.backend';
import { SandboxBackend } from './sandbox.backend';

describeWithBubblewrap(`the backend ${SandboxBackend.name}`, () => {
  conformsToBackend({ backend: new SandboxBackend(), isClosed: true });
});

describe(`the backend ${ProcessBackend.name}`, () => {
  conformsToBackend({ backend: new ProcessBackend(true), isClosed: false });
});

/** The engine speaks the real one's API, and its containers are real isolation by other means. */
describeWithBubblewrap(`the backend ${DockerBackend.name}`, () => {
  conformsToBackend({ backend: useEngine(useDirectory()).backend(), isClosed: true });
});

/** The cluster speaks the real one's API; its pods have the network of this machine, which no policy of it closes. */
describeWithBubblewrap(`the backend ${KubernetesBackend.name}`, () => {
  conformsToBackend({ backend: useCluster(useDirectory()).backend(), isClosed: false });
});
