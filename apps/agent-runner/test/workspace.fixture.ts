import { hasBubblewrap, removeDirectory } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Argument, Backend, Limits, Workspace } from '../src/workspaces';

/** Reports specs of the sandbox as skipped on machines without bubblewrap. */
export const describeWithBubblewrap = hasBubblewrap() ? describe : describe.skip;

/** A directory for the spec file that only its owner can enter, as a data directory may be. */
export function useDirectory(): { readonly path: string } {
  const path = mkdtempSync(join(tmpdir(), 'agent-runner-spec-'));
  afterAll(() => {
    removeDirectory(path);
  });
  return { path };
}

/** Opens workspaces of a backend, and destroys them after each test. */
export function useWorkspaces(backend: Backend, directory: { readonly path: string }) {
  const open: Workspace[] = [];
  afterEach(async () => {
    for (const workspace of open.splice(0)) await workspace.destroy();
  });
  return async (limits: Limits = {}, environment: Record<string, string> = {}): Promise<Workspace> => {
    const id = randomUUID();
    const own = join(directory.path, id);
    mkdirSync(own);
    const workspace = await backend.create({ id, directory: own, limits, environment });
    open.push(workspace);
    return workspace;
  };
}

/** Runs a program to its end and returns its output. */
export async function run(workspace: Workspace, argv: readonly Argument[], stdin = '') {
  const agent = workspace.spawn(argv, { stdin, env: {} });
  const [stdout, stderr, exit] = await Promise.all([text(agent.stdout), text(agent.stderr), agent.exit]);
  return { ...exit, stdout, stderr };
}

export const shell = (script: string) => ['sh', '-c', script];
