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
const Container = z.looseObject({
  image: z.string(),
  ports: z.array(z.strictObject({ name: z.string(), containerPort: z.number() })),
  env: z.array(Variable),
  volumeMounts: z.array(z.strictObject({ name: z.string(), mountPath: z.string() })).default([]),
  readinessProbe: Probe,
  livenessProbe: Probe,
  resources: z.object({ requests: z.object({ memory: z.string() }), limits: z.object({ memory: z.string() }) }),
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
      }),
    }),
    volumeClaimTemplates: z.array(z.looseObject({ metadata: z.object({ name: z.string() }) })).default([]),
  }),
});
const Job = z.looseObject({
  spec: z.looseObject({
    template: z.looseObject({
      spec: z.looseObject({
        containers: z.tuple([z.looseObject({ image: z.string(), command: z.tuple([z.literal('node'), z.string()]) })]),
      }),
    }),
  }),
});
const Resource = z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) });

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

  it('names an image for each app, and holds no secret', () => {
    expect(images.map(({ name }) => name).sort()).toEqual(SERVICE_NAMES.map((name) => `syntropic/${name}`).sort());
    expect(resources.filter(({ kind }) => kind === 'Secret')).toEqual([]);
  });
});
