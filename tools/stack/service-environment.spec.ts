import { env } from '@syntropic/config';
import { join } from 'node:path';
import { z } from 'zod';
import { environmentOf, type StackResources } from './service-environment';
import { SERVICE_NAMES } from './services';

const resources: StackResources = {
  databaseAs: (role) => `postgres://${role}`,
  natsAs: (service) => `nats://${service}`,
  redis: 'redis://cache',
  objects: '/data/objects',
  workspaces: '/data/runner',
  inherited: {
    PATH: '/bin',
    SYN_RECORDINGS_DIR: '/recordings',
    ANTHROPIC_API_KEY: 'key',
    S3_ENDPOINT: 'http://s3',
    DATABASE_URL: 'postgres://owner',
    PGPASSWORD: 'secret',
  },
};

describe("a service's environment", () => {
  it('of the runner has no database, but the credentials of models', () => {
    expect(environmentOf('agent-runner', 9000, resources)).toEqual({
      PATH: '/bin',
      SYN_RECORDINGS_DIR: '/recordings',
      SYN_LOCAL_REPOS: '1',
      ANTHROPIC_API_KEY: 'key',
      S3_ENDPOINT: 'http://s3',
      NATS_URL: 'nats://agent-runner',
      OBJECTS_DIR: '/data/objects',
      RUNNER_DIR: '/data/runner',
      HEALTH_PORT: '9000',
    });
  });

  it("holds the service's own role, never the owner's login", () => {
    expect(environmentOf('command-service', 9000, resources)).toEqual({
      PATH: '/bin',
      SYN_RECORDINGS_DIR: '/recordings',
      SYN_LOCAL_REPOS: '1',
      NATS_URL: 'nats://command-service',
      DATABASE_URL: 'postgres://syn_command_service',
      HEALTH_PORT: '9000',
    });
  });

  it.each(SERVICE_NAMES)('of %s has every variable that it reads', async (name) => {
    const { variables } = Variables.parse(await import(join(APPS, name, 'src', `${name}.variables.ts`)));
    const read = Object.keys(variables.shape).filter((variable) => !LEFT_TO_DEFAULTS.includes(variable));
    const inherited = Object.fromEntries(read.map((variable) => [variable, 'set']));

    expect(Object.keys(environmentOf(name, 9000, { ...resources, inherited }))).toEqual(expect.arrayContaining(read));
  });

  it.each(SERVICE_NAMES)('of %s with values that are none is refused by their names', async (name) => {
    const { variables } = Variables.parse(await import(join(APPS, name, 'src', `${name}.variables.ts`)));
    for (const value of ['none', '::', '-1', '{}', 'a,b']) {
      const values = Object.fromEntries(Object.keys(variables.shape).map((variable) => [variable, value]));
      expect(() => env(variables, values)).toThrow('the environment is not usable');
    }
  });
});

const APPS = join(__dirname, '../../apps');
const Variables = z.object({ variables: z.instanceof(z.ZodObject) });
/** Shells set `HOST` to the machine's name, and the stack listens on loopback; it gives the address of the bus itself, in no file. */
const LEFT_TO_DEFAULTS: readonly string[] = ['HOST', 'NATS_URL_FILE'];
