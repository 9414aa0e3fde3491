import type { ControlGroup } from './control-group';
import { commandLine } from './shell-words';
import type { User } from './unprivileged-user';

/** Each step execs the next, so the wrapper keeps the process id that the runner has spawned. */
const ENTER_GROUPS = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift';

/** Mount point for the bind sources, in a private mount namespace: /sys exists on every machine and holds no user data. */
const SOURCES = '/sys';
const MOUNT_SOURCE = `mount --rbind "$1" ${SOURCES}`;
const MOUNT_SOURCES = [
  `mount -t tmpfs -o mode=0755 tmpfs ${SOURCES}`,
  'i=0',
  `for source; do [ -d "$source" ] || : > ${SOURCES}/$i`,
  `mount --rbind -o X-mount.mkdir "$source" ${SOURCES}/$i`,
  'i=$((i + 1))',
  'done',
].join('; ');

/** A command line whose program is in the control group from its first instruction on. */
export const launchInGroup = (group: ControlGroup | undefined, argv: readonly string[]): string[] =>
  inGroup(group, 'exec "$@"', argv);

/** A command line of a shell that enters the control group, and then runs the script. */
export const inGroup = (group: ControlGroup | undefined, script: string, argv: readonly string[] = []): string[] => [
  ...['sh', '-ec', `${ENTER_GROUPS}; ${script}`, 'enter'],
  ...[...(group?.directories ?? []), '--', ...argv],
];

/** A command line with mounts of its own. */
export const withOwnMounts = (argv: readonly string[]): string[] => [
  ...['unshare', '--mount', '--propagation', 'private', ...argv],
];

/** A line of a shell that mounts the sources, for one with mounts of its own. */
export const mountingSources = (sources: readonly string[]): string =>
  `set -- ${commandLine(sources)}; ${sources.length === 1 ? MOUNT_SOURCE : MOUNT_SOURCES}`;

/** A command line that runs as another user. Plain numbers: `setpriv` looks up accounts of the machine, which takes as long as all else that it does. */
export const asUser = ({ uid, gid }: User, argv: readonly string[]): string[] => [
  ...['chroot', `--userspec=+${uid}:+${gid}`, '--groups=', '/', ...argv],
];

/** The path at which `mountingSources` shows a file of the sources, or below one of them. */
export function shownAt(sources: readonly string[], path: string): string {
  const index = sources.findIndex((source) => path === source || path.startsWith(`${source}/`));
  if (index < 0) return path;
  const place = sources.length === 1 ? SOURCES : `${SOURCES}/${index}`;
  return place + path.slice(sources[index]?.length);
}

/** A command line whose processes cannot make a file larger than this. */
export const withFileSize = (bytes: number | undefined, argv: readonly string[]): readonly string[] =>
  bytes === undefined ? argv : ['prlimit', `--fsize=${bytes}`, '--', ...argv];

/** A command line whose program the kernel kills when the runner dies. Its child processes survive. */
export const withParentDeathSignal = (argv: readonly string[]): [string, ...string[]] => [
  'setpriv',
  '--pdeathsig',
  'KILL',
  ...argv,
];
