import { runnerUser } from '@syntropic/messaging';
import { SERVICE_NAMES, SERVICES } from '@syntropic/stack';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { environmentFaults, ROOT, textOf } from './app-environment';
import { Ingress, Job, NetworkPolicy, Resource, type Variable, Workload } from './kubernetes-resources';

const BASE = 'deploy/k8s/base';
const GRACE_SECONDS = 30;

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
  ANTHROPIC_API_KEY: 'key',
  ANTHROPIC_AUTH_TOKEN: 'token',
  OPENAI_API_KEY: 'key',
  S3_ACCESS_KEY_ID: 'id',
  S3_SECRET_ACCESS_KEY: 'secret',
  GITHUB_WEBHOOK_SECRET: 'secret of the webhook',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'http://otel-collector:4318',
  OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Bearer%20token',
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

/** The address in the file of a pod, which the runner reads at its start. */
const NATS_FILE = { NATS_URL_FILE: SECRETS['NATS_URL'] };

const environmentOf = (app: string): Record<string, string> =>
  Object.fromEntries(containerOf(app).env.map((variable) => [variable.name, valueOf(app, variable)]));

/** The paths that the Ingress of a service lets in: of the collector neither health nor metrics. */
const PATHS: Readonly<Record<string, readonly string[]>> = {
  gateway: ['/'],
  'observability-collector': ['/events', '/hooks', '/v1'],
};

const PODS = [...SERVICE_NAMES, 'migrations'];
const everyPod = () => ({ matchExpressions: [{ key: 'app', operator: 'In', values: [...PODS].sort() }] });
const policyOf = (name: string) =>
  NetworkPolicy.parse(z.looseObject({ spec: z.unknown() }).parse(the(/^NetworkPolicy$/, name)).spec);

/** The ports of the servers whose addresses a service gets. */
const serversIn = (environment: Readonly<Record<string, string>>): number[] =>
  ['DATABASE_URL', 'NATS_URL', 'NATS_URL_FILE', 'REDIS_URL', 'S3_ENDPOINT'].flatMap((variable) => {
    const address = variable in environment && variable in NATS_FILE ? NATS_FILE.NATS_URL_FILE : environment[variable];
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
      // A probe sends the pod's address unless configured, which is none of the gateway's names.
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

  it.each(['gateway', 'observability-collector'])('lets clients in under the host that %s serves', (name) => {
    const { metadata, spec } = Ingress.parse(the(/^Ingress$/, name));
    const { metadata: service } = the(/^Service$/, name) ?? { metadata: undefined };
    const [{ host, http }] = spec.rules;

    expect(metadata.name).toBe(name);
    expect((environmentOf(name)['PUBLIC_HOSTS'] ?? '').split(',')).toContain(host);
    for (const { backend } of http.paths) {
      expect(backend.service).toEqual({ name: service?.name, port: { name: 'http' } });
    }
    expect(http.paths.map(({ path }) => path)).toEqual(PATHS[name]);
    expect(containerOf(name).ports).toContainEqual(expect.objectContaining({ name: 'http' }));
  });

  it('gives each runner a disk of its own', () => {
    const { volumeClaimTemplates } = workloadOf('agent-runner');
    const { RUNNER_DIR } = environmentOf('agent-runner');

    expect(the(/^StatefulSet$/, 'agent-runner')).toBeDefined();
    const mounted = containerOf('agent-runner').volumeMounts.find(({ mountPath }) => mountPath === RUNNER_DIR);
    expect(volumeClaimTemplates.map(({ metadata }) => metadata.name)).toEqual([mounted?.name]);
  });

  it('gives the gateway a place for the files that it receives, within its disk', () => {
    const mounted = containerOf('gateway').volumeMounts.find(({ mountPath }) => mountPath === '/tmp');
    const volume = workloadOf('gateway').template.spec.volumes.find(({ name }) => name === mounted?.name);

    expect(volume?.emptyDir).toEqual({ sizeLimit: '1792Mi' });
    expect(containerOf('gateway').resources.limits['ephemeral-storage']).toBe('2Gi');
  });

  it('gives each runner its own address of the bus, and none of the others', () => {
    const { NATS_URL_FILE } = environmentOf('agent-runner');
    const mounted = containerOf('agent-runner').volumeMounts.find(({ mountPath }) => mountPath === NATS_URL_FILE);
    const { volumes } = workloadOf('agent-runner').template.spec;

    expect(mounted).toMatchObject({ subPathExpr: '$(POD_NAME)', readOnly: true });
    expect(volumes.find(({ name }) => name === mounted?.name)?.secret?.secretName).toBe('agent-runner-nats');
    expect(runnerUser(0)).toBe('agent-runner-0');
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
    'lets %s reach the servers that its variables name, and lets clients in to what serves them alone',
    (name) => {
      const { podSelector, ingress, egress } = policyOf(name);
      const { PORT, ...environment } = environmentOf(name);

      expect(podSelector).toEqual({ matchLabels: workloadOf(name).selector.matchLabels });
      expect(ingress).toEqual(PORT === undefined ? [] : [{ ports: [{ protocol: 'TCP', port: Number(PORT) }] }]);
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
