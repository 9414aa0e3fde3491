import { GITHUB_COM } from '@syntropic/orchestration/contracts';
import { randomUUID } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { CommandProvider } from '../src/providers';
import { outlineOf, spoolLinesIn, startSession } from '../src/session';
import { SandboxBackend } from '../src/workspaces';
import { DEFAULT_LIMITS } from '../src/workspaces/limits';
import { command, NO_WAY_OUT } from './session.fixture';

const MIB = 1024 ** 2;
const GRACE_MS = 20_000;

/** A runner with small disks: prints its probe of the sandbox, then how an agent with this script has ended, and what it has printed. */
async function main([, , directory = '', script = '']: readonly string[]): Promise<void> {
  const backend = new SandboxBackend({ ...DEFAULT_LIMITS, diskBytes: 8 * MIB, inodes: 400 });
  const sessionId = randomUUID();
  const own = join(directory, sessionId);
  mkdirSync(own);
  const run = await startSession({
    provider: new CommandProvider(),
    session: { agent: command('sh', '-c', script), sessionId, leg: 1, prompt: '', allowedTools: [] },
    sockets: NO_WAY_OUT,
    backend,
    workspace: { id: sessionId, directory: own, limits: {}, environment: {} },
    contents: { inputs: [], repositories: [], clone: { github: GITHUB_COM, allowFiles: false } },
    timeoutMs: 60_000,
    graces: { resultMs: GRACE_MS, interruptMs: GRACE_MS, terminateMs: GRACE_MS },
    outline: (line) => Promise.resolve(outlineOf(line)),
  });
  const said: string[] = [];
  for await (const batch of run.spool.batches()) {
    said.push(...spoolLinesIn(batch.records).map(({ text }) => text));
    run.spool.committed(batch.lastLine);
  }
  const finished = await run.finished;
  await run.spool.close();
  await run.destroy();
  process.stdout.write(JSON.stringify({ probe: await backend.probe(), finished, said }));
}

void main(process.argv);
