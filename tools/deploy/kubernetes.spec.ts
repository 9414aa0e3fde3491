import { SERVICE_NAMES, SERVICES } from '@syntropic/stack';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { environmentFaults, ROOT, textOf } from './app-environment';

const BASE = 'deploy/k8s/base';
const GRACE_SECONDS = 30;

const Reference = z.strictObject({ name: z.string(), key: z.string(), optional: z.boolean().optional() });
const Variable = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({ name: z.string(), valueFrom: z.strictObject({ secretKeyRef: Reference }) }),
  z.strictObject({ name: z.string(), valueFrom: z.strictObject({ configMapKeyRef: Reference }) }),
]);
type Variable = z.infer<typeof Variable>;

const Probe = z.looseObject({
  httpGet: z.strictObject({
    path: z.string(),
    port: z.string(),
    httpHeaders: z.array(z.strictObject({ name: z.string(), value: z.string() })).default([]),
  }),
});
const Amounts = z.looseObject({ memory: z.string(), 'ephemeral-storage': z.string() });
const Resources = z.strictObject({ requests: Amounts, limits: Amounts });
const Container = z.looseObject({
  image: z.string(),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })),
  env: z.array(Variable),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })).default([]),
  readinessProbe: Probe,
  livenessProbe: Probe,
  resources: Resources,
});
const Workload = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet']),
  spec: z.looseObject({
    replicas: z.number(),
    selector: z.object({ matchLabels: z.object({ app: z.string() }) }),
    template: z.object({
      metadata: z.object({ labels: z.object({ app: z.string() }) }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number(),
        securityContext: z.looseObject({ runAsNonRoot: z.literal(true) }),
        containers: z.tuple([Container]),
        volumes: z.array(z.looseObject({ emptyDir: z.object({ sizeLimit: z.string() }).optional() })).default([]),
      }),
    }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
const Job = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.tuple([
          z.looseObject({
            image: z.string(),
            command: z.tuple([z.literal('node'), z.string()]),
            resources: Resources,
          }),
        ]),
      }),
    }),
  }),
});
const Resource = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

const Port = z.strictObject({ protocol: z.enum(['TCP', 'UDP']), port: z.number() });
const Rule = z.strictObject({ to: z.array(z.looseObject({})).optional(), ports: z.array(Port).min(1) });
const NetworkPolicy = z.strictObject({
  podSelector: z.union([
    z.strictObject({ matchLabels: z.strictObject({ app: z.string() }) }),
    z.strictObject({
      matchExpressions: z.tuple([
        z.strictObject({ key: z.literal('app'), operator: z.literal('In'), values: z.array(z.string()) }),
      ]),
    }),
  ]),
  policyTypes: z.array(z.enum(['Ingress', 'Egress'])),
  ingress: z.array(Rule).default([]),
  egress: z.array(Rule).default([]),
});

const { resources: files, images } = z
  .looseObject({ resources: z.array(z.string()), images: z.array(z.looseObject({ name: z.string() })) })
  .parse(parse(textOf(`${BASE}/kustomization.yaml`)));
const resources = files.flatMap((file) =>
  parseAllDocuments(textOf(`${BASE}/${file}`)).map((document) => Resource.parse(document.toJS())),
);
const the = (kind: RegExp, name: string) =>
  resources.find((resource) => kind.test(resource.kind) && resource.metadata.name === name);
const workloadOf = (name: string) => Workload.parse(the(/^(Deployment|StatefulSet)$/, name)).spec;
const containerOf = (name: string) => workloadOf(name).template.spec.containers[0];

/** The values that the secrets of a deployment hold. */
const SECRETS: Readonly<Record<string, string>> = {
  DATABASE_URL: 'postgres://role:password@postgres:5432/syntropic',
  NATS_URL: 'nats://user:password@nats:4222',
  REDIS_URL: 'redis://:password@redis:6379',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
};

function valueOf(app: string, variable: Variable): string {
  if ('value' in variable) return variable.value;
  if ('configMapKeyRef' in variable.valueFrom) {
    const { name, key } = variable.valueFrom.configMapKeyRef;
    const { data } = z.looseObject({ data: z.record(z.string(), z.string()) }).parse(the(/^ConfigMap$/, name));
    return data[key] ?? '';
  }
  const { name, key } = variable.valueFrom.secretKeyRef;
  return name === app ? (SECRETS[key] ?? '') : '';
}

const environmentOf = (app: string): Record<string, string> =>
  Object.fromEntries(containerOf(app).env.map((variable) => [variable.name, valueOf(app, variable)]));

const PODS = [...SERVICE_NAMES, 'migrations'];
const everyPod = () => ({ matchExpressions: [{ key: 'app', operator: 'In', values: [...PODS].sort() }] });
const policyOf = (name: string) =>
  NetworkPolicy.parse(z.looseObject({ spec: z.unknown() }).parse(the(/^NetworkPolicy$/, name)).spec);

/** The ports of the servers whose addresses a service gets. */
const serversIn = (environment: Readonly<Record<string, string>>): number[] =>
  ['DATABASE_URL', 'NATS_URL', 'REDIS_URL', 'S3_ENDPOINT'].flatMap((variable) => {
    const address = environment[variable];
    return address === undefined ? [] : Number(new URL(address).port || 443);
  });

function bytesOf(quantity = ''): number {
  const [, amount, unit] = /^(\d+)(Mi|Gi)$/.exec(quantity) ?? [];
  return Number(amount) * (unit === 'Gi' ? 1_024 : 1) * 1_048_576;
}

describe('deploy/k8s/base', () => {
  it.each(SERVICE_NAMES)('starts %s with the variables it reads, each from its ConfigMap or Secret', async (name) => {
    const environment = environmentOf(name);

    expect(containerOf(name).image).toBe(`syntropic/${name}`);
    expect(await environmentFaults(name, environment)).toEqual([]);
    expect(Object.entries(environment).filter(([, value]) => value === '')).toEqual([]);
    expect('DATABASE_URL' in environment).toBe('role' in SERVICES[name]);
  });

  it.each(SERVICE_NAMES)('checks the health of %s on its port', (name) => {
    const { ports, readinessProbe, livenessProbe } = containerOf(name);
    const { HOST, ...environment } = environmentOf(name);

    expect(HOST).toBe('0.0.0.0');
    for (const [path, { httpGet }] of [
      ['/health/ready', readinessProbe],
      ['/health/live', livenessProbe],
    ] as const) {
      expect(httpGet.path).toBe(path);
      const port = ports.find((each) => each.name === httpGet.port)?.containerPort;
      expect(String(port)).toBe(environment[SERVICES[name].port]);
      // The gateway accepts loopback names only, and a probe sends the pod's address unless configured.
      expect(httpGet.httpHeaders).toEqual(name === 'gateway' ? [{ name: 'Host', value: 'localhost' }] : []);
    }
  });

  it.each(SERVICE_NAMES)('runs two replicas of %s, disrupts one at a time, and gives it time to stop', (name) => {
    const { replicas, selector, template } = workloadOf(name);

    expect(replicas).toBe(2);
    expect(template.metadata.labels).toEqual(selector.matchLabels);
    expect(template.spec.terminationGracePeriodSeconds).toBe(GRACE_SECONDS);
    expect(the(/^PodDisruptionBudget$/, name)).toMatchObject({ spec: { maxUnavailable: 1, selector } });
  });

  it('gives each runner a disk of its own', () => {
    const { volumeClaimTemplates } = workloadOf('agent-runner');
    const { RUNNER_DIR } = environmentOf('agent-runner');

    expect(the(/^StatefulSet$/, 'agent-runner')).toBeDefined();
    const mounted = containerOf('agent-runner').volumeMounts.find(({ mountPath }) => mountPath === RUNNER_DIR);
    expect(volumeClaimTemplates.map(({ metadata }) => metadata.name)).toEqual([mounted?.name]);
  });

  it('migrates the schema with a program that exists', () => {
    const { image, command } = Job.parse(the(/^Job$/, 'migrations')).spec.template.spec.containers[0];

    expect(image).toBe('syntropic/command-service');
    expect(existsSync(join(ROOT, command[1].replace(/^dist\//, '').replace(/\.js$/, '.ts')))).toBe(true);
  });

  it('denies pods of the platform every connection that no policy allows, in both directions', () => {
    expect(policyOf('default-deny')).toEqual({
      podSelector: everyPod(),
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [],
    });
    expect(policyOf('names')).toMatchObject({
      podSelector: everyPod(),
      egress: [
        { ports: [{ port: 53 }, { port: 53 }], to: [{ podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } } }] },
      ],
    });
    const policies = resources.filter(({ kind }) => kind === 'NetworkPolicy').map(({ metadata }) => metadata.name);
    expect(policies.sort()).toEqual(['default-deny', 'names', ...PODS].sort());
  });

  it.each(SERVICE_NAMES)(
    'lets %s reach the servers that its variables name, and lets in clients of the API alone',
    (name) => {
      const { podSelector, ingress, egress } = policyOf(name);
      const { PORT, ...environment } = environmentOf(name);

      expect(podSelector).toEqual({ matchLabels: workloadOf(name).selector.matchLabels });
      expect(ingress).toEqual(name === 'gateway' ? [{ ports: [{ protocol: 'TCP', port: Number(PORT) }] }] : []);
      expect(egress.flatMap(({ ports }) => ports.map(({ port }) => port)).sort()).toEqual(
        serversIn(environment).sort(),
      );
    },
  );

  it('lets the job that migrates reach the database', () => {
    expect(policyOf('migrations').egress).toEqual([{ ports: [{ protocol: 'TCP', port: 5432 }] }]);
    expect(policyOf('migrations').ingress).toEqual([]);
  });

  it('limits the memory and the disk of every pod', () => {
    const containers = [
      ...SERVICE_NAMES.map(containerOf),
      ...Job.parse(the(/^Job$/, 'migrations')).spec.template.spec.containers,
    ];
    for (const { resources: sizes } of containers) {
      expect(bytesOf(sizes.requests['ephemeral-storage'])).toBeLessThanOrEqual(
        bytesOf(sizes.limits['ephemeral-storage']),
      );
    }
    for (const { spec } of SERVICE_NAMES.map((name) => workloadOf(name).template)) {
      for (const { emptyDir } of spec.volumes.filter((volume) => 'emptyDir' in volume)) {
        expect(bytesOf(emptyDir?.sizeLimit)).toBeLessThan(
          bytesOf(spec.containers[0].resources.limits['ephemeral-storage']),
        );
      }
    }
  });

  it('names an image for each app, and holds no secret', () => {
    expect(images.map(({ name }) => name).sort()).toEqual(SERVICE_NAMES.map((name) => `syntropic/${name}`).sort());
    expect(resources.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});
