import type { Role } from '@syntropic/migrations';
import { SERVICES, type ServiceName } from './services';

type Environment = Readonly<Record<string, string>>;

/** The servers and directories of the stack; a service gets those that it needs. */
export interface StackResources {
  databaseAs(role: Role): string;
  natsAs(service: ServiceName): string;
  readonly redis: string;
  readonly objects: string;
  readonly workspaces: string;
  /** The environment the stack itself was started with. */
  readonly inherited: Environment;
}

export function environmentOf(name: ServiceName, port: number, resources: StackResources): Environment {
  const { role, redis, objects, workspaces, port: portVariable } = SERVICES[name];
  return {
    // The API is on the loopback interface, so its callers can read this machine's repositories anyway.
    SYN_LOCAL_REPOS: '1',
    ...inheritedBy(name, resources.inherited),
    NATS_URL: resources.natsAs(name),
    [portVariable]: `${port}`,
    ...(role && { DATABASE_URL: resources.databaseAs(role) }),
    ...(redis && { REDIS_URL: resources.redis }),
    ...(objects && { OBJECTS_DIR: resources.objects }),
    ...(workspaces && { RUNNER_DIR: resources.workspaces }),
  };
}

const FOR_EVERY_SERVICE = /^(PATH|HOME|USER|LANG|LC_.+|TZ|TMPDIR|NODE_.+|LOG_.+|OTEL_.+|SYN_.+)$/;
const FOR_OBJECTS = /^(S3|AWS)_/;
const FOR_RUNNERS =
  /^((ANTHROPIC|CLAUDE|OPENAI|MODEL|EGRESS|REPOSITORY|SECRETS|SNAPSHOT|RUNNER|WORKSPACE|OUTPUT|PAUSE|LIMIT|CANCEL|RESULT)_.+|GITHUB_URL|.+_proxy)$/i;
const FOR_ONE: Partial<Record<ServiceName, RegExp>> = {
  'command-service': /^(NATS_REPLICAS|GITHUB_URL)$/,
  'observability-collector': /^(PUBLIC_HOSTS|REQUESTS_PER_MINUTE|TELEMETRY_.+_DAYS)$/,
  gateway: /^(ALLOWED_ORIGINS|PUBLIC_HOSTS|REQUESTS_PER_MINUTE|GITHUB_WEBHOOK_SECRET|OIDC_.+)$/,
};

function inheritedBy(name: ServiceName, environment: Environment): Environment {
  const { objects, workspaces } = SERVICES[name];
  const patterns = [
    FOR_EVERY_SERVICE,
    ...(objects ? [FOR_OBJECTS] : []),
    ...(workspaces ? [FOR_RUNNERS] : []),
    ...(FOR_ONE[name] ? [FOR_ONE[name]] : []),
  ];
  const taken = Object.entries(environment).filter(([variable]) => patterns.some((pattern) => pattern.test(variable)));
  return Object.fromEntries(taken);
}
