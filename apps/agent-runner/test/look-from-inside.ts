import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ProcessBackend, SandboxBackend } from '../src/workspaces';

/** A runner that prints the output of one program in a workspace. */
async function main([, , kind = '', directory = '', ...argv]: readonly string[]): Promise<void> {
  const backend = kind === 'sandbox' ? new SandboxBackend() : new ProcessBackend(true);
  const own = mkdtempSync(join(directory, 'inside-'));
  const workspace = await backend.create({ id: own, directory: own, limits: {}, environment: {} });
  try {
    const agent = workspace.spawn(argv, { stdin: '', env: {} });
    agent.stdout.pipe(process.stdout);
    agent.stderr.pipe(process.stderr);
    await agent.exit;
  } finally {
    await workspace.destroy();
  }
}

void main(process.argv);
