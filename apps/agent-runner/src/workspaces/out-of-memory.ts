import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { OutOfMemory } from './workspace';

type Entry = readonly [file: string, value: RegExp];

interface Version {
  readonly kills: Entry;
  /** The count of allocations that the group's own limit refused. */
  readonly refusals: Entry;
  readonly limit: Entry;
}

const NUMBER = /^(\d+)$/m;
const VERSIONS: readonly Version[] = [
  {
    kills: ['memory.events', /^oom_kill (\d+)$/m],
    refusals: ['memory.events', /^oom (\d+)$/m],
    limit: ['memory.max', NUMBER],
  },
  {
    kills: ['memory.oom_control', /^oom_kill (\d+)$/m],
    refusals: ['memory.failcnt', NUMBER],
    limit: ['memory.limit_in_bytes', NUMBER],
  },
];

/** The kernel's kills in the control groups at `directories`; a group counts from its creation to its removal. */
export function outOfMemory(directories: readonly string[]): OutOfMemory | undefined {
  for (const directory of directories) {
    for (const { kills, refusals, limit } of VERSIONS) {
      if (!read(directory, kills)) continue;
      const limitBytes = read(directory, refusals) ? read(directory, limit) : undefined;
      return limitBytes === undefined ? {} : { limitBytes };
    }
  }
  return undefined;
}

function read(directory: string, [file, value]: Entry): number | undefined {
  const path = join(directory, file);
  const [, digits] = existsSync(path) ? (value.exec(readFileSync(path, 'utf8')) ?? []) : [];
  return digits === undefined ? undefined : Number(digits);
}
