import type { ContainerCreateOptions, HostConfig } from 'dockerode';
import { INSIDE, type Bind, type InsideProgram } from '../inside';
import { refuseNulBytes } from '../nul-bytes';
import type { User } from '../unprivileged-user';
import type { Limits } from '../workspace';

/** The engine's own init, which is the first process of a container and counts against its limit. */
const WRAPPERS = 1;
const NANOSECONDS = 1e9;

/** Passes signals on to the agent's process group: without it, the engine's init signals the agent alone. */
const SIGNAL_THE_GROUP = 'TINI_KILL_PROCESS_GROUP=1';

export interface Contained extends InsideProgram {
  readonly image: string;
  readonly user: User;
  readonly limits: Limits;
  readonly labels: Readonly<Record<string, string>>;
}

/** The types lack a field of the engine's API. */
type Definition = Omit<ContainerCreateOptions, 'HostConfig'> & {
  readonly HostConfig: HostConfig & { readonly CgroupnsMode: 'private' };
};

/**
 * A container for one program: no network, no capability, nothing writable but the binds. Nothing of the image's own settings runs.
 * @throws DomainError `workspace.command_invalid` for a NUL byte, which no program can be given
 */
export function containerDefinition({ image, user, limits, labels, ...program }: Contained): Definition {
  const { command, environment } = program;
  const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  refuseNulBytes([...command, ...variables]);
  return {
    Image: image,
    Entrypoint: command.slice(0, 1),
    Cmd: command.slice(1),
    Env: [...variables, SIGNAL_THE_GROUP],
    Labels: { ...labels },
    User: `${user.uid}:${user.gid}`,
    WorkingDir: INSIDE.workspace,
    Hostname: 'workspace',
    Healthcheck: { Test: ['NONE'] },
    // The engine thaws a frozen container for its stop signal: SIGINT and SIGTERM wait until the runner thaws it.
    StopSignal: 'SIGKILL',
    ...{ Tty: false, OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true, AttachStderr: true },
    HostConfig: {
      Init: true,
      Privileged: false,
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges:true'],
      ...{ NetworkMode: 'none', IpcMode: 'private', CgroupnsMode: 'private' },
      Mounts: program.binds.map(mount),
      RestartPolicy: { Name: 'no' },
      // The engine would keep all output on its disk.
      LogConfig: { Type: 'none', Config: {} },
      ...resources(limits),
    },
  };
}

/** Unlike `Binds`, a mount whose source is missing fails. */
const mount = ({ source, target, writable }: Bind) => ({
  Type: 'bind' as const,
  Source: source,
  Target: target,
  ReadOnly: !writable,
  BindOptions: { Propagation: 'rprivate' as const },
});

function resources({ memoryBytes, pids, cpus, diskBytes }: Limits): HostConfig {
  const core = { Name: 'core', Soft: 0, Hard: 0 };
  return {
    // Memory and swap together: no swap.
    ...(memoryBytes === undefined ? {} : { Memory: memoryBytes, MemorySwap: memoryBytes }),
    ...(pids === undefined ? {} : { PidsLimit: pids + WRAPPERS }),
    ...(cpus === undefined ? {} : { NanoCpus: Math.round(cpus * NANOSECONDS) }),
    Ulimits: diskBytes === undefined ? [core] : [core, { Name: 'fsize', Soft: diskBytes, Hard: diskBytes }],
  };
}
