import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessBackend, SandboxBackend, type Backend } from '../src/workspaces';
import { dockerBackend } from './docker-backend';
import { kubernetesBackend } from './kubernetes-backend';

/** A runner that opens one workspace, starts busy processes in it, prints a line, and waits until it is killed. */
async function main([, , kind = '', directory = '', id = '', frozen = '']: readonly string[]): Promise<void> {
  const backend = backendOf(kind, directory);
  const workspace = await backend.create({ id, directory: join(directory, id), limits: {}, environment: {} });
  const family = `(setsid sh -c 'while :; do sleep 0.01; done' ${id} &) ; echo started; trap '' INT TERM; while :; do sleep 0.01; done`;
  const agent = workspace.spawn(['sh', '-c', family, id], { stdin: '', env: {} });
  await once(agent.stdout, 'data');
  if (frozen) await workspace.freeze();
  process.stdout.write('started\n');
  await agent.exit;
}

/** A path is that of a container engine's socket, or of a file that names a cluster. */
function backendOf(kind: string, directory: string): Backend {
  if (kind.endsWith('.json')) {
    const { program, ...access } = JSON.parse(readFileSync(kind, 'utf8')) as Record<
      'url' | 'credentials' | 'program',
      string
    >;
    return kubernetesBackend({ access, program, directory, runner: 'runner-1' });
  }
  if (kind.startsWith('/')) return dockerBackend({ socket: kind, directory });
  return kind === 'sandbox' ? new SandboxBackend() : new ProcessBackend(true);
}

void main(process.argv);
