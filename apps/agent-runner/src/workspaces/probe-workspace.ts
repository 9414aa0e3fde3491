import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Backend } from './workspace';

/**
 * Runs `true` in a temporary workspace of the backend.
 * @throws with the program's standard error when it does not exit with 0
 */
export async function probeWorkspace(backend: Backend): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'syntropic-probe-'));
  const workspace = await backend.create({ id: randomUUID(), directory, limits: {}, environment: {} });
  try {
    const agent = workspace.spawn(['true'], { stdin: '', env: {} });
    agent.stdout.resume();
    const [exit, stderr] = await Promise.all([agent.exit, text(agent.stderr)]);
    if (exit.code !== 0) throw new Error(stderr.trim() || `ended with ${String(exit.code ?? exit.signal)}`);
  } finally {
    await workspace.destroy();
    await rm(directory, { recursive: true, force: true });
  }
}
