import { runnerUser } from '@syntropic/messaging';
import { SERVICE_NAMES, SERVICES } from '@syntropic/stack';
import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { environmentFaults, ROOT, textOf } from './app-environment';

const Text = z.union([z.string(), z.number()]).transform(String);
const Service = z.looseObject({
  image: z.string().optional(),
  command: z.array(z.string()).optional(),
  build: z.object({ dockerfile: z.string(), args: z.object({ APP: z.enum(SERVICE_NAMES) }) }).optional(),
  environment: z.record(z.string(), Text).default({}),
  volumes: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  healthcheck: z.object({ test: z.array(z.string()) }).optional(),
});
const Compose = z.object({ services: z.record(z.string(), Service), volumes: z.record(z.string(), z.null()) });

const Authorization = z.object({ users: z.array(z.object({ user: z.string(), password: z.string() })) });

/** The NATS user of a service; of the runners there is one. */
const userOf = (name: string): string => (name === 'agent-runner' ? runnerUser(0) : name);

const secrets = Object.fromEntries(
  execFileSync(process.execPath, [join(ROOT, 'deploy/make-env.mjs')], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.split('=') as [string, string]),
);

/** Substitutes the variables of `.env`, as `docker compose` does. */
const withSecrets = (text: string): string =>
  text.replace(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, fallback?: string) => {
    const value = secrets[name] ?? (kind === '-' ? fallback : undefined);
    if (value === undefined) throw new Error(`make-env.mjs writes no ${name}`);
    return value;
  });

const { services, volumes } = Compose.parse(parse(withSecrets(textOf('docker-compose.yml')), { merge: true }));
const service = (name: string) => Service.parse(services[name]);

describe('docker-compose.yml', () => {
  it.each(SERVICE_NAMES)('starts %s with the variables it reads, and checks its health on its port', async (name) => {
    const { build, environment, healthcheck } = service(name);

    expect(build?.args.APP).toBe(name);
    expect(await environmentFaults(name, environment)).toEqual([]);
    expect(environment).toHaveProperty(SERVICES[name].port);
    expect(environment['HOST']).toBe('0.0.0.0');
    expect(healthcheck?.test.join(' ')).toContain('/health/ready');
  });

  it.each(SERVICE_NAMES)('logs %s in as itself, with the password that the servers have', (name) => {
    const { DATABASE_URL, NATS_URL = '' } = service(name).environment;
    const passwords = Object.values(service('nats-users').environment);
    const nats = new URL(NATS_URL);

    expect(nats.username).toBe(userOf(name));
    expect(passwords).toContain(nats.password);
    expect(DATABASE_URL && new URL(DATABASE_URL).username).toBe(SERVICES[name].role);
    expect(service('migrations').environment).toMatchObject(service('nats-users').environment);
    if (DATABASE_URL) expect(new URL(DATABASE_URL).password).toBe(nats.password);
  });

  it('has a NATS user for each service and no other', () => {
    const { RUNNER_PASSWORDS = '', ...passwords } = service('nats-users').environment;
    const printed = execFileSync(
      process.execPath,
      ['-r', TYPESCRIPT_HOOK, join(ROOT, 'tools/deploy/nats-authorization.ts')],
      {
        encoding: 'utf8',
        env: { ...process.env, ...passwords, RUNNER_PASSWORDS },
      },
    );

    const { users } = Authorization.parse(JSON.parse(printed.replace('authorization: ', '')));
    expect(users.map(({ user }) => user).sort()).toEqual(SERVICE_NAMES.map(userOf).sort());
    expect(users).toContainEqual({ user: runnerUser(0), password: RUNNER_PASSWORDS });
  });

  it.each(SERVICE_NAMES)('starts %s after the schema and the bus', (name) => {
    expect(service(name).depends_on).toMatchObject({
      migrations: { condition: 'service_completed_successfully' },
      nats: { condition: 'service_started' },
    });
    expect(service('migrations').depends_on).toEqual({ postgres: { condition: 'service_healthy' } });
  });

  it('keeps durable data in volumes', () => {
    const kept = (name: string, directory: string) =>
      service(name)
        .volumes.map((volume) => volume.split(':'))
        .find(([, target]) => target === directory)?.[0];
    const { OBJECTS_DIR = '', RUNNER_DIR = '' } = service('agent-runner').environment;

    expect(kept('gateway', OBJECTS_DIR)).toBe(kept('agent-runner', OBJECTS_DIR));
    for (const volume of [
      kept('postgres', '/var/lib/postgresql'),
      kept('nats', '/data'),
      kept('agent-runner', OBJECTS_DIR),
      kept('agent-runner', RUNNER_DIR),
    ]) {
      expect(Object.keys(volumes)).toContain(volume);
    }
  });

  it('publishes only the API and the collector, on the loopback interface and on their ports', () => {
    const published = Object.entries(services).flatMap(([name, { ports }]) => ports.map((port) => [name, port]));

    const portOf = (name: string) => service(name).environment['PORT'] ?? '';
    expect(published).toEqual(
      ['observability-collector', 'gateway'].map((name) => [name, `127.0.0.1:${portOf(name)}:${portOf(name)}`]),
    );
  });

  it('runs and mounts files that exist', () => {
    const programs = Object.values(services).flatMap(
      ({ command = [] }) => command.join(' ').match(/dist\/\S+\.js/g) ?? [],
    );
    const mounted = Object.values(services).flatMap((each) => each.volumes.filter((volume) => volume.startsWith('./')));
    const files = [
      ...programs.map((program) => program.replace(/^dist\//, '').replace(/\.js$/, '.ts')),
      ...mounted.map((volume) => volume.split(':')[0] ?? ''),
      ...SERVICE_NAMES.map((name) => `apps/${name}/src/main.ts`),
      ...Object.values(services).flatMap(({ build }) => build?.dockerfile ?? []),
    ];

    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });
});
