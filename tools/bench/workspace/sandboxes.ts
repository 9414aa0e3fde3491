import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { percentile } from '../statistics';

const SANDBOXES = 40;

/** The first workspaces of a process, in which its code is compiled. */
const WARM_UP = 5;

/** The runner's own code in a process of its own, seen from dist/tools/bench/workspace. */
const PROGRAM = join(__dirname, '../../../apps/agent-runner/test/time-workspaces.js');

const Line = z.object({ ready: z.number(), destroy: z.number(), bare: z.number() });

/** Medians in milliseconds: from the opening to the first byte of a program, the removal, and the same program in bubblewrap alone. */
export async function sandboxMedians(): Promise<z.infer<typeof Line>> {
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM, String(WARM_UP + SANDBOXES)]);
  const printed = stdout.trim().split('\n').slice(WARM_UP);
  const lines = printed.map((line) => Line.parse(JSON.parse(line)));
  const median = (values: readonly number[]) => percentile(values, 0.5);
  return {
    ready: median(lines.map(({ ready }) => ready)),
    destroy: median(lines.map(({ destroy }) => destroy)),
    bare: median(lines.map(({ bare }) => bare)),
  };
}
