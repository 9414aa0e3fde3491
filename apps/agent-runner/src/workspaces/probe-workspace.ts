import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Backend } from './workspace';

/**
 * Reads and writes a file in a temporary workspace of the backend, below `parent`.
 * @throws with the program's standard error when it does not exit with 0
 */
export async function probeWorkspace(backend: Pick<Backend, 'create'>, parent: string = tmpdir()): Promise<void> {
  await mkdir(parent, { recursive: true });
  const directory = await mkdtemp(join(parent, 'syntropic-probe-'));
  const workspace = await backend.create({ id: randomUUID(), directory, limits: {}, environment: {} });
  try {
    const sample = randomUUID();
    await writeFile(join(workspace.directory, 'sample'), sample);
    await workspace.handOver();
    const agent = workspace.spawn(['sh', '-c', 'cat sample && cp sample copy'], { stdin: '', env: {} });
    const [exit, seen, stderr] = await Promise.all([agent.exit, text(agent.stdout), text(agent.stderr)]);
    if (exit.code !== 0) throw new Error(stderr.trim() || `ended with ${String(exit.code ?? exit.signal)}`);
    const copy = await readFile(join(workspace.directory, 'copy'), 'utf8').catch(() => '');
    if (seen !== sample || copy !== sample) throw new Error('it does not share the files of the runner');
  } finally {
    await workspace.destroy();
    await rm(directory, { recursive: true, force: true });
  }
}
