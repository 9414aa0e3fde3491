import { readdirSync, readFileSync } from 'node:fs';

/** Processes of these sessions' workspaces that still exist, by the mark in their environment or their control group. */
export function remainsOf(sessionIds: readonly string[]): number[] {
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
    // It ended between the listing and the look.
    return '';
  }
}
