import { transformSync } from '@swc/core';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ControlGroups } from '../src/workspaces/control-groups';
import { kubernetesBackend, NAMESPACE } from './kubernetes-backend';
import { KubernetesCluster, type ClusterTraits } from './kubernetes-cluster/kubernetes-cluster';

/** Where the image has the runner's programs. */
const IMAGE_PATH = '/srv/runner';
const PROGRAM = join(IMAGE_PATH, 'pod-agent/main.js');

const SOURCES = join(__dirname, '../src');

/** The policy of deployments: nothing comes in, and only the runner is reached. */
const CLOSED: ClusterTraits['policies'][number] = {
  metadata: { name: 'agent-workspace' },
  spec: { podSelector: { matchLabels: { app: 'agent-workspace' } }, policyTypes: ['Ingress', 'Egress'] },
};

type Traits = Partial<Omit<ClusterTraits, 'node' | 'token' | 'namespace'>>;

/** A cluster for the tests of a block, whose volumes are below a directory. */
export function useCluster(directory: { readonly path: string }, traits: Traits = {}) {
  const own = join(directory.path, `cluster-${randomUUID()}`);
  const started: { cluster?: KubernetesCluster } = {};
  const token = randomUUID();
  beforeAll(async () => {
    mkdirSync(join(own, 'volumes'), { recursive: true });
    writeFileSync(join(own, 'token'), token);
    compile(['pod-agent', 'workspaces'], join(own, 'image'));
    const node = {
      directory: join(own, 'volumes'),
      groups: await ControlGroups.find(),
      image: { [IMAGE_PATH]: join(own, 'image') },
    };
    started.cluster = await KubernetesCluster.listen({
      policies: [CLOSED],
      ...traits,
      namespace: NAMESPACE,
      token,
      node,
    });
  });
  afterAll(() => started.cluster?.close());
  const cluster = () => {
    if (!started.cluster) throw new Error('the cluster is started before the tests');
    return started.cluster;
  };
  return {
    get cluster(): KubernetesCluster {
      return cluster();
    },
    /** What another process needs for a backend in this cluster. */
    settings: () => ({ url: cluster().url, credentials: own, program: PROGRAM }),
    /** A runner's backend in this cluster; `runner` is its name. */
    backend: ({ runner = 'runner-1', url }: { runner?: string; url?: string } = {}) =>
      kubernetesBackend({
        access: {
          get url() {
            return url ?? cluster().url;
          },
          credentials: own,
        },
        program: PROGRAM,
        directory: directory.path,
        runner,
      }),
  };
}

/** Compiles what an image has of the runner, as the build does. */
function compile(folders: readonly string[], target: string): void {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(SOURCES, folder))
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
      .map((name) => join(folder, name)),
  );
  for (const source of sources) {
    const { code } = transformSync(readFileSync(join(SOURCES, source), 'utf8'), {
      ...{ swcrc: false, module: { type: 'commonjs' } },
      jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    });
    const file = join(target, source.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, code);
  }
}
