import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { environmentFaults, textOf } from './app-environment';

const Any = z.looseObject({ kind: z.string(), spec: z.unknown().optional(), rules: z.unknown().optional() });
const documentsOf = (file: string) =>
  parseAllDocuments(textOf(`deploy/k8s/workspaces/${file}`)).map((document) => Any.parse(document.toJS()));
const the = (file: string, kind: string) => documentsOf(file).find((one) => one.kind === kind);

const Runner = z.object({
  spec: z.object({
    template: z.object({
      spec: z.object({
        containers: z.tuple([
          z.object({
            ports: z.tuple([z.object({ name: z.string(), containerPort: z.number() })]),
            env: z.array(z.object({ name: z.string(), value: z.string().default('10.0.0.7') })),
          }),
        ]),
      }),
    }),
  }),
});
const [container] = Runner.parse(the('runner/agent-runner.yaml', 'StatefulSet')).spec.template.spec.containers;
const environment = Object.fromEntries(container.env.map(({ name, value }) => [name, value]));
const port = Number(environment['WORKSPACE_RUNNER_PORT']);
const namespace = environment['WORKSPACE_NAMESPACE'];

describe('deploy/k8s/workspaces', () => {
  it('configures runners with variables that they read', async () => {
    const base = {
      HEALTH_PORT: '8080',
      RUNNER_DIR: '/data',
      NATS_URL: 'nats://user:password@nats:4222',
      S3_ENDPOINT: 'http://s3',
    };
    const keys = { S3_ACCESS_KEY_ID: 'id', S3_SECRET_ACCESS_KEY: 'secret' };

    expect(await environmentFaults('agent-runner', { ...base, ...keys, ...environment })).toEqual([]);
    expect(container.ports).toEqual([{ name: 'workspaces', containerPort: port }]);
  });

  it('lets workspaces reach the port of runners and nothing else, and nothing reach them', () => {
    const ports = [{ protocol: 'TCP', port }];

    expect(the('workspaces.yaml', 'NetworkPolicy')?.spec).toEqual({
      podSelector: { matchLabels: { app: 'agent-workspace' } },
      policyTypes: ['Ingress', 'Egress'],
      egress: [
        {
          to: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'syntropic' } },
              podSelector: { matchLabels: { app: 'agent-runner' } },
            },
          ],
          ports,
        },
      ],
    });
    expect(the('runner/resources.yaml', 'NetworkPolicy')?.spec).toMatchObject({
      ingress: [
        {
          from: [
            {
              namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
              podSelector: { matchLabels: { app: 'agent-workspace' } },
            },
          ],
          ports,
        },
      ],
    });
  });

  it('demands the restricted profile, and gives runners no right beyond the calls that they make', () => {
    expect(the('workspaces.yaml', 'Namespace')).toMatchObject({
      metadata: { name: namespace, labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const Rules = z.array(z.object({ resources: z.tuple([z.string()]), verbs: z.array(z.string()) }));
    const rules = Rules.parse(the('workspaces.yaml', 'Role')?.rules);
    expect(Object.fromEntries(rules.map(({ resources: [resource], verbs }) => [resource, verbs.join()]))).toEqual({
      pods: 'list',
      secrets: 'create,delete,list',
      jobs: 'create,delete,list',
      sandboxes: 'create,delete,list',
      networkpolicies: 'list',
    });
  });
});
