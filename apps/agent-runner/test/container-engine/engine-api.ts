import { z } from 'zod';

/*
 * The parts of the Docker Engine API v1.44 that a runner of this project may use, written from the API's own description
 * (`api/docs/v1.44.yaml` of moby). The engine ignores unknown fields; here they are refused, for one with a wrong name does nothing.
 */

const Int = z.number().int();
const Path = z.string().startsWith('/');

const Mount = z.strictObject({
  Type: z.enum(['bind', 'cluster', 'npipe', 'tmpfs', 'volume']),
  Source: Path,
  Target: Path,
  ReadOnly: z.boolean(),
  Consistency: z.enum(['default', 'consistent', 'cached', 'delegated']).optional(),
  BindOptions: z
    .strictObject({
      Propagation: z.enum(['private', 'rprivate', 'shared', 'rshared', 'slave', 'rslave']).optional(),
      NonRecursive: z.boolean().optional(),
      CreateMountpoint: z.boolean().optional(),
      ReadOnlyNonRecursive: z.boolean().optional(),
      ReadOnlyForceRecursive: z.boolean().optional(),
    })
    .optional(),
});

const HostConfig = z.strictObject({
  Memory: Int.min(0).optional(),
  MemorySwap: Int.min(-1).optional(),
  NanoCpus: Int.min(0).optional(),
  PidsLimit: Int.min(-1).optional(),
  Ulimits: z.array(z.strictObject({ Name: z.string(), Soft: Int, Hard: Int })).optional(),
  Init: z.boolean().optional(),
  Privileged: z.boolean().optional(),
  ReadonlyRootfs: z.boolean().optional(),
  CapDrop: z.array(z.string()).optional(),
  SecurityOpt: z.array(z.string()).optional(),
  NetworkMode: z.string().optional(),
  IpcMode: z.enum(['none', 'private', 'shareable', 'host']).optional(),
  CgroupnsMode: z.enum(['private', 'host']).optional(),
  Mounts: z.array(Mount).default([]),
  RestartPolicy: z
    .strictObject({
      Name: z.enum(['', 'no', 'always', 'unless-stopped', 'on-failure']),
      MaximumRetryCount: Int.optional(),
    })
    .optional(),
  LogConfig: z
    .strictObject({
      Type: z.enum(['json-file', 'syslog', 'journald', 'gelf', 'fluentd', 'awslogs', 'splunk', 'etwlogs', 'none']),
      Config: z.record(z.string(), z.string()).optional(),
    })
    .optional(),
});

export const ContainerCreate = z.strictObject({
  Hostname: z.string().optional(),
  User: z.string().optional(),
  AttachStdin: z.boolean().optional(),
  AttachStdout: z.boolean().optional(),
  AttachStderr: z.boolean().optional(),
  Tty: z.boolean().optional(),
  OpenStdin: z.boolean().optional(),
  StdinOnce: z.boolean().optional(),
  Env: z.array(z.string()).default([]),
  Cmd: z.array(z.string()).default([]),
  Healthcheck: z.strictObject({ Test: z.array(z.string()) }).optional(),
  Image: z.string().min(1),
  WorkingDir: Path.optional(),
  Entrypoint: z.array(z.string()).optional(),
  Labels: z.record(z.string(), z.string()).default({}),
  StopSignal: z.string().optional(),
  HostConfig,
});
export type ContainerCreate = z.infer<typeof ContainerCreate>;

/** Values of a query are texts. */
const Flag = z.enum(['true', 'false', '1', '0']).transform((value) => value === 'true' || value === '1');
const Nothing = z.strictObject({});

/** The queries of the calls, by their last word. */
export const QUERIES = {
  create: Nothing,
  start: Nothing,
  pause: Nothing,
  unpause: Nothing,
  wait: z.strictObject({ condition: z.enum(['not-running', 'next-exit', 'removed']).optional() }),
  kill: z.strictObject({ signal: z.string().default('SIGKILL') }),
  /** The client adds its own option to those of the API. */
  attach: z.strictObject({ stream: Flag, stdin: Flag, stdout: Flag, stderr: Flag, hijack: Flag }),
  remove: z.strictObject({ v: Flag.optional(), force: Flag.default(false), link: Flag.optional() }),
  list: z.strictObject({
    all: Flag.default(false),
    filters: z
      .string()
      .transform((text) => JSON.parse(text) as unknown)
      .pipe(z.strictObject({ label: z.array(z.string()).default([]) })),
  }),
};
