import { readdirSync, readFileSync } from 'node:fs';

/** Processes that still run in the workspaces of these sessions, found by their environment or control group. */
export function leftoverProcesses(sessionIds: readonly string[]): number[] {
  const marks = sessionIds.flatMap((id) => [`SYNTROPIC_WORKSPACE=${id}`, `/syntropic-${id}`]);
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .filter((pid) => {
      const traces = textOf(`/proc/${pid}/environ`) + textOf(`/proc/${pid}/cgroup`);
      return marks.some((mark) => traces.includes(mark));
    })
    .map(Number);
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // The process ended after it was listed.
    return '';
  }
}
