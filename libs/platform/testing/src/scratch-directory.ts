import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './servers/is-alive';

const PREFIX = 'syn-test-';

/** A directory whose name holds this process's id, so that a later run can tell whether it is still in use. */
export function scratchDirectory(): string {
  return mkdtempSync(join(tmpdir(), `${PREFIX}${process.pid}-`));
}

/**
 * Also unmounts the volumes that killed runners and parked sessions leave. Node's own removal recurses, and overflows
 * the stack in directories that are thousands of levels deep.
 */
export function removeDirectory(path: string): void {
  for (const mounted of mountsBelow(path)) execFileSync('umount', ['--lazy', mounted]);
  execFileSync('rm', ['-rf', path]);
}

/** Removes the directories of processes that were killed. */
export function sweepScratchDirectories(): void {
  for (const name of readdirSync(tmpdir())) {
    const owner = /^syn-test-(\d+)-/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) removeDirectory(join(tmpdir(), name));
  }
}

/** Linux only; elsewhere runners mount nothing. */
function mountsBelow(path: string): readonly string[] {
  const mounts = '/proc/self/mounts';
  if (!existsSync(mounts)) return [];
  const targets = readFileSync(mounts, 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '');
  return targets.filter((target) => target.startsWith(`${path}/`)).reverse();
}
