import { readFileSync } from 'node:fs';
import { flag } from '@syntropic/config';
import { objectVariables, withObjects } from '@syntropic/object-storage';
import { EgressHost, GithubUrl } from '@syntropic/orchestration/contracts';
import { serviceVariables } from '@syntropic/service';
import { z } from 'zod';
import { BaseUrl, Secret } from './model-gateway/upstreams';

const seconds = (fallback: number) =>
  z.coerce
    .number()
    .min(0)
    .default(fallback)
    .transform((value) => value * 1_000);

const atLeastOne = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

const list = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .default('')
    .transform((value) =>
      value
        .split(',')
        .map((part) => part.trim())
        .filter(Boolean),
    )
    .pipe(z.array(item));

/** Tokens go to the API server: only a proxy on this machine is spoken to without TLS. */
const KubernetesUrl = z
  .url({ protocol: /^https?$/, abort: true })
  .refine((url) => url.startsWith('https:') || ['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname), {
    message: 'is an https address, or one of this machine',
  });

const settings = withObjects(
  z.object({
    ...serviceVariables,
    NATS_URL: serviceVariables.NATS_URL.optional(),
    /** A file that holds the NATS_URL instead: the pods of a StatefulSet share their variables, and each has a user of its own. */
    NATS_URL_FILE: z.string().min(1).optional(),
    /** The directory of workspaces, spools and the runner's name. */
    RUNNER_DIR: z.string().min(1),
    ...objectVariables,
    /** Number of sessions that run at the same time. */
    RUNNER_SLOTS: atLeastOne(16),
    /** The limits of a workspace that asks for none. */
    WORKSPACE_MEMORY_MB: atLeastOne(2_048),
    WORKSPACE_PIDS: atLeastOne(512),
    WORKSPACE_CPUS: z.coerce.number().positive().default(2),
    WORKSPACE_DISK_MB: atLeastOne(2_048),
    WORKSPACE_INODES: atLeastOne(200_000),
    /** The container engine's socket; absent: the backend `docker` is not offered. */
    WORKSPACE_DOCKER_SOCKET: z.string().startsWith('/').optional(),
    /** The image of workspaces in containers, which the engine must have, and of pods, which is the runner's or made from it; `name@sha256:…` pins it. */
    WORKSPACE_IMAGE: z.string().min(1).optional(),
    /** The cluster's API server; absent: the backend `kubernetes` is not offered. */
    WORKSPACE_KUBERNETES_API: KubernetesUrl.optional(),
    /** A directory with the `token` and the `ca.crt` of the runner's service account. */
    WORKSPACE_KUBERNETES_CREDENTIALS: z
      .string()
      .startsWith('/')
      .default('/var/run/secrets/kubernetes.io/serviceaccount'),
    /** The namespace of workspaces' pods. */
    WORKSPACE_NAMESPACE: z
      .string()
      .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
      .default('syntropic-workspaces'),
    /** The address of this runner that pods dial. */
    WORKSPACE_RUNNER_HOST: z.union([z.ipv4(), z.ipv6()]).optional(),
    /** The port of this runner that pods dial. */
    WORKSPACE_RUNNER_PORT: z.coerce.number().int().min(0).max(65_535).default(7_444),
    /** The memory that all workspaces may hold together, in MiB; absent: that of the machine, or of the runner's control group. */
    RUNNER_MEMORY_MB: z.coerce.number().int().min(1).optional(),
    /** A runner with less room on its disk claims no work. */
    RUNNER_MIN_FREE_MB: z.coerce.number().min(0).default(64),
    SYN_RECORDINGS_DIR: z.string().optional(),
    /** The program of Claude Code; absent: `claude` on the PATH, or a package beside the runner. */
    SYN_CLAUDE_BIN: z.string().optional(),
    /** The program of Codex; absent: `codex` on the PATH, or a package beside the runner. */
    SYN_CODEX_BIN: z.string().optional(),
    PATH: z.string().default(''),
    /** Allows the backend without isolation. */
    SYN_ALLOW_PROCESS: flag('0'),
    /** Allows `file://` repositories of this machine, for demonstrations and tests. */
    SYN_LOCAL_REPOS: flag('0'),
    /** The time a paused agent stays in memory before its workspace is parked. */
    PAUSE_HOLD_SECONDS: seconds(600),
    /** A limit of a provider of models that resets sooner is left to the agent; any other pauses the execution until then. */
    LIMIT_PAUSE_SECONDS: seconds(5),
    /** The time a cancelled agent has between SIGINT and SIGKILL; SIGTERM is sent after half of it. */
    CANCEL_GRACE_SECONDS: seconds(5),
    /** The time an agent has to exit after its result. */
    RESULT_GRACE_SECONDS: seconds(30),
    /** The most that is kept of a session's output: mebibytes of its spool, and lines. */
    OUTPUT_MAX_MB: z.coerce.number().positive().default(256),
    OUTPUT_MAX_LINES: z.coerce.number().int().positive().default(1_000_000),
    /** Credentials of the providers of models, which no agent sees. A provider without any variable is not available. */
    ANTHROPIC_BASE_URL: BaseUrl.optional(),
    ANTHROPIC_API_KEY: Secret.optional(),
    /** Sent as a bearer token, when there is no key. */
    ANTHROPIC_AUTH_TOKEN: Secret.optional(),
    /** With the version, such as `https://api.openai.com/v1`. */
    OPENAI_BASE_URL: BaseUrl.optional(),
    OPENAI_API_KEY: Secret.optional(),
    /** A JSON or YAML file with further providers. */
    MODEL_UPSTREAMS_FILE: z.string().min(1).optional(),
    /** A directory with a file for each secret that set-ups may ask for, named like it. */
    SECRETS_DIR: z.string().min(1).optional(),
    /** The GitHub server that `owner/name` is cloned from, and that alone gets the tokens. */
    GITHUB_URL: GithubUrl.default('https://github.com'),
    /** A directory with a token for each repository (`<owner>__<name>`) or owner, for clones. */
    REPOSITORY_TOKENS_DIR: z.string().min(1).optional(),
    /** The bounds of kept set-ups: mebibytes together (0: nothing), their number, and the hours for which each is used. */
    SNAPSHOT_MAX_MB: z.coerce.number().min(0).default(4_096),
    SNAPSHOT_MAX_COUNT: atLeastOne(32),
    SNAPSHOT_MAX_AGE_HOURS: z.coerce.number().min(0).default(24),
    /** The hosts that agents may connect to, separated by commas; none by default. */
    EGRESS_ALLOWED_HOSTS: list(EgressHost),
    /** Networks of private addresses that these hosts may have, separated by commas. */
    EGRESS_PRIVATE_NETWORKS: list(z.union([z.cidrv4(), z.cidrv6()])),
  }),
);

export const variables = settings
  .refine(({ NATS_URL, NATS_URL_FILE }) => NATS_URL ?? NATS_URL_FILE, {
    path: ['NATS_URL'],
    message: 'is needed where there is no NATS_URL_FILE',
    when: () => true,
  })
  .refine(({ WORKSPACE_DOCKER_SOCKET: socket, WORKSPACE_IMAGE: image }) => !socket || image, {
    path: ['WORKSPACE_IMAGE'],
    message: 'is needed for WORKSPACE_DOCKER_SOCKET',
    when: () => true,
  })
  .refine(({ WORKSPACE_KUBERNETES_API: api, WORKSPACE_IMAGE: image }) => !api || image, {
    path: ['WORKSPACE_IMAGE'],
    message: 'is needed for WORKSPACE_KUBERNETES_API',
    when: () => true,
  })
  .refine(({ WORKSPACE_KUBERNETES_API: api, WORKSPACE_RUNNER_HOST: host }) => !api || host, {
    path: ['WORKSPACE_RUNNER_HOST'],
    message: 'is needed for WORKSPACE_KUBERNETES_API',
    when: () => true,
  });

/** The parsed variables; those in seconds have become milliseconds. */
export type RunnerConfig = Readonly<z.output<typeof variables>>;

/** The address of the bus, with this runner's user. @throws when its file cannot be read */
export const natsUrlOf = ({
  NATS_URL = '',
  NATS_URL_FILE,
}: Pick<RunnerConfig, 'NATS_URL' | 'NATS_URL_FILE'>): string =>
  NATS_URL_FILE === undefined ? NATS_URL : readFileSync(NATS_URL_FILE, 'utf8').trim();
