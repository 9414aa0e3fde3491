import type { ControlGroup } from './control-group';
import type { User } from './unprivileged-user';

/** Each step replaces itself by the next, so the agent's wrapper stays this runner's child under one process id. */
const ENTER_GROUPS = 'while [ "$1" != -- ]; do echo $$ > "$1/cgroup.procs"; shift; done; shift; exec "$@"';

/** /sys is on every machine and holds nobody's data: in a mount namespace of our own it is where the sources are shown. */
const STAGE = '/sys';
const SHOW_SOURCES = [
  `mount -t tmpfs -o mode=0755 tmpfs ${STAGE}`,
  'n=0',
  'while [ "$1" != -- ]',
  `do if [ -d "$1" ]; then mkdir ${STAGE}/$n; else : > ${STAGE}/$n; fi`,
  `mount --bind "$1" ${STAGE}/$n; n=$((n + 1)); shift`,
  'done',
  'shift; exec "$@"',
].join('\n');

/** Starts a program inside a control group, from its first instruction on. */
export function inGroup(group: ControlGroup | undefined, argv: readonly string[]): string[] {
  return ['sh', '-ec', ENTER_GROUPS, 'enter', ...(group?.directories ?? []), '--', ...argv];
}

/** Starts a program as another user who can reach the sources, wherever they lie: even in directories that only root may enter. */
export function asUser(user: User, sources: readonly string[], argv: readonly string[]): string[] {
  const { uid, gid } = user;
  const become = ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', '--no-new-privs', ...argv];
  return [
    'unshare',
    '--mount',
    '--propagation',
    'private',
    'sh',
    '-ec',
    SHOW_SOURCES,
    'show',
    ...sources,
    '--',
    ...become,
  ];
}

/** Where `asUser` shows the nth source. */
export const staged = (index: number) => `${STAGE}/${index}`;

/** A program that the kernel kills when its runner dies; what it has started is not. */
export const dyingWithRunner = (argv: readonly string[]): [string, ...string[]] => [
  'setpriv',
  '--pdeathsig',
  'KILL',
  ...argv,
];
