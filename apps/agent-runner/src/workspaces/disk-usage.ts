import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { PATH } from './programs';

const run = promisify(execFile);

export type DiskUsage = Readonly<{
  /** Bytes of the blocks in use: holes count nothing, and a file with several names counts once. */
  bytes: number;
  /** Files and directories. */
  inodes: number;
  /** True when everything was counted. */
  isComplete: boolean;
}>;

/**
 * Counts what is below a directory ($1) and what processes hold open though it has no name any more ($2 and on). The programs of the
 * system walk deeper than any path is long. An agent can take the right to its directories from their owner, who gives it back to itself.
 */
const COUNT = `
root=$1; shift; exec 3>&1
find "$root" -xdev -type d ! -perm -u=rx -exec chmod u+rx {} + 2>/dev/null
du -sx --block-size=1 -- "$root" 2>&1 >&3 | grep -c 'Permission denied' >&3
du -sx --inodes -- "$root" 2>/dev/null
[ $# -eq 0 ] && exec echo 0 0
find -L "$@" -maxdepth 1 -type f -links 0 -printf '%D %i %b\\n' 2>/dev/null | sort -u |
  awk -v device="$(stat -c %d -- "$root")" '$1 == device { n++; blocks += $3 } END { printf "%.0f %.0f\\n", n, blocks * 512 }'
`;

/** Works in processes of its own, however many files there are. After the signal it rejects. */
export async function diskUsage(root: string, pids: readonly number[], signal: AbortSignal): Promise<DiskUsage> {
  const descriptors = pids.map((pid) => `/proc/${pid}/fd`);
  const options = { signal, env: { PATH, LC_ALL: 'C' } };
  const { stdout } = await run('nice', ['sh', '-c', COUNT, 'sh', root, ...descriptors], options);
  const lines = stdout.trim().split('\n');
  const [bytes, denied, inodes, unnamed, unnamedBytes] = lines.flatMap((line) =>
    line.split(/\s/).map(Number).filter(Number.isInteger),
  );
  if (bytes === undefined || inodes === undefined) throw new Error('the files of a workspace cannot be counted');
  return {
    bytes: bytes + (unnamedBytes ?? 0),
    inodes: inodes + (unnamed ?? 0),
    isComplete: denied === 0,
  };
}
