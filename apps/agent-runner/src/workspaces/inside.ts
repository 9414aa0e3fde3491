import type { Volume } from './volume';
import { SOCKET_VARIABLE, type AgentInput, type Argument, type WorkspaceSpec } from './workspace';

/** The agent's directories, as paths inside an isolated workspace. */
export const INSIDE = {
  workspace: '/workspace',
  home: '/home/agent',
  temporary: '/tmp',
  sharedMemory: '/dev/shm',
  files: '/run/host',
  socket: '/run/syntropic/runner.sock',
};

/** Part of the host that is shown inside. */
export interface Bind {
  readonly source: string;
  readonly target: string;
  readonly writable: boolean;
}

/** A program with its paths as they are inside. */
export interface InsideProgram {
  readonly binds: readonly Bind[];
  readonly command: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** The files of the system that an isolated workspace has of its own, with the account of its agent. */
export const ownEtc = ({ uid, gid }: { readonly uid: number; readonly gid: number }): Record<string, string> => ({
  passwd: `root:x:0:0:root:/root:/usr/sbin/nologin\nagent:x:${uid}:${gid}:agent:${INSIDE.home}:/bin/sh\n`,
  group: `root:x:0:\nagent:x:${gid}:\n`,
});

/** Shows the volume's directories, the session socket, and each file of the host that the program names. */
export function programInside(
  { socket, environment }: Pick<WorkspaceSpec, 'socket' | 'environment'>,
  volume: Volume,
  argv: readonly Argument[],
  env: AgentInput['env'],
): InsideProgram {
  const words = [...argv, ...Object.values(env)].filter((word) => typeof word !== 'string');
  const files = [...new Set(words.map(({ hostFile }) => hostFile))];
  const inside = (word: Argument) =>
    typeof word === 'string' ? word : `${INSIDE.files}/${files.indexOf(word.hostFile)}`;
  return {
    binds: [
      { source: volume.workspace, target: INSIDE.workspace, writable: true },
      { source: volume.home, target: INSIDE.home, writable: true },
      { source: volume.temporary, target: INSIDE.temporary, writable: true },
      { source: volume.sharedMemory, target: INSIDE.sharedMemory, writable: true },
      ...files.map((source) => ({ source, target: inside({ hostFile: source }), writable: false })),
      ...(socket === undefined ? [] : [{ source: socket, target: INSIDE.socket, writable: false }]),
    ],
    command: argv.map(inside),
    environment: environmentInside({ socket, environment }, env, inside),
  };
}

/** A program's variables, with the paths that its files have inside. */
export function environmentInside(
  { socket, environment }: Pick<WorkspaceSpec, 'socket' | 'environment'>,
  env: AgentInput['env'],
  inside: (word: Argument) => string,
): Record<string, string> {
  const own = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, inside(value)]));
  const account = { HOME: INSIDE.home, USER: 'agent', LOGNAME: 'agent', SHELL: '/bin/sh' };
  const socketVariable = socket === undefined ? {} : { [SOCKET_VARIABLE]: INSIDE.socket };
  return { LANG: 'C.UTF-8', ...account, ...socketVariable, ...environment, ...own };
}
