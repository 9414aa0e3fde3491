import { once } from 'node:events';
import { join } from 'node:path';
import { ProcessBackend, SandboxBackend } from '../src/workspaces';

/** A runner that opens one workspace, starts busy processes in it, prints a line, and waits until it is killed. */
async function main([, , kind = '', directory = '', id = '', frozen = '']: readonly string[]): Promise<void> {
  const backend = kind === 'sandbox' ? new SandboxBackend() : new ProcessBackend(true);
  const workspace = await backend.create({ id, directory: join(directory, id), limits: {}, environment: {} });
  const family = `(setsid sh -c 'while :; do sleep 0.01; done' ${id} &) ; echo started; trap '' INT TERM; while :; do sleep 0.01; done`;
  const agent = workspace.spawn(['sh', '-c', family, id], { stdin: '', env: {} });
  await once(agent.stdout, 'data');
  if (frozen) await workspace.freeze();
  process.stdout.write('started\n');
  await agent.exit;
}

void main(process.argv);
