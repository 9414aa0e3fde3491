import { readFile } from 'node:fs/promises';
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
export async function outOfMemory(directories: readonly string[]): Promise<OutOfMemory | undefined> {
  for (const directory of directories) {
    for (const { kills, refusals, limit } of VERSIONS) {
      if (!(await read(directory, kills))) continue;
      const limitBytes = (await read(directory, refusals)) ? await read(directory, limit) : undefined;
      return limitBytes === undefined ? {} : { limitBytes };
    }
  }
  return undefined;
}

async function read(directory: string, [file, value]: Entry): Promise<number | undefined> {
  const text = await readFile(join(directory, file), 'utf8').catch(() => '');
  const [, digits] = value.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}
