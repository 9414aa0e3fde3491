import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SandboxBackend } from '../src/workspaces';

/** The program whose first byte is waited for. */
const PROGRAM = ['sh', '-c', 'echo ready'];

/** The namespaces of a sandbox and the machine's programs, without limits, files or a user of their own. */
const BARE = [
  ['--unshare-all', '--die-with-parent', '--ro-bind', '/usr', '/usr', '--proc', '/proc', '--dev', '/dev'],
  ['bin', 'sbin', 'lib', 'lib64'].flatMap((name) => ['--symlink', `usr/${name}`, `/${name}`]),
  PROGRAM,
].flat();

/** Prints a line of milliseconds for each workspace: `{ready, destroy, bare}`. */
async function main([, , times = '1']: readonly string[]): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'workspaces-'));
  const backend = new SandboxBackend();
  await backend.probe();
  try {
    for (let n = 0; n < Number(times); n++) {
      const [ready, destroy] = await oneWorkspace(backend, join(directory, String(n)));
      console.log(JSON.stringify({ ready, destroy, bare: await bareStart() }));
    }
  } finally {
    await rm(directory, { recursive: true });
  }
}

async function oneWorkspace(backend: SandboxBackend, directory: string): Promise<readonly [number, number]> {
  const began = performance.now();
  const workspace = await backend.create({ id: randomUUID(), directory, limits: {}, environment: {} });
  await workspace.handOver();
  const agent = workspace.spawn(PROGRAM, { stdin: '', env: {} });
  await once(agent.stdout, 'data');
  const ready = performance.now() - began;
  await agent.exit;

  const ended = performance.now();
  await workspace.destroy();
  return [ready, performance.now() - ended];
}

async function bareStart(): Promise<number> {
  const began = performance.now();
  const program = spawn('bwrap', BARE, { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(program.stdout, 'data');
  const milliseconds = performance.now() - began;
  await once(program, 'close');
  return milliseconds;
}

void main(process.argv);
