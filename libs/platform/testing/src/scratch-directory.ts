import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './servers/is-alive';

const PREFIX = 'syn-test-';

/** A directory whose name holds this process's id, so that a later run can tell whether it is still in use. */
export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

export function removeDirectory(path: string): void {
  rmSync(path, { recursive: true, force: true });
}

/** Removes the directories of processes that were killed. */
export function sweepScratchDirectories(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^syn-test-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeDirectory(join(tmpdir(), name));
  }
}
