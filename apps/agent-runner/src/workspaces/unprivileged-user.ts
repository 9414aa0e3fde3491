import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/** Numbers that no account and no container engine hands out, and what is left where only the low ones exist. */
const POOLS: readonly Range[] = [
  { first: 0x7000_0000, count: 0x0ff0_0000 },
  { first: 20_000, count: 40_000 },
];

/** The user that a workspace runs as when the runner is root: always the same one for the same workspace. Others run as themselves. */
export async function unprivilegedUser(workspaceId: string): Promise<User | undefined> {
  if (process.geteuid?.() !== 0) return undefined;

  const existing = await Promise.all(
    ['uid_map', 'gid_map'].map(async (map) => parse(await readFile(`/proc/self/${map}`, 'utf8'))),
  );
  const pool = POOLS.find((range) => existing.every((ranges) => ranges.some((outer) => contains(outer, range))));
  if (!pool) return undefined;

  const id = pool.first + (createHash('sha256').update(workspaceId).digest().readUInt32BE() % pool.count);
  return { uid: id, gid: id };
}

function parse(map: string): Range[] {
  return [...map.matchAll(/^\s*(\d+)\s+\d+\s+(\d+)/gm)].map(([, first, count]) => ({
    first: Number(first),
    count: Number(count),
  }));
}

function contains(outer: Range, inner: Range): boolean {
  return outer.first <= inner.first && outer.first + outer.count >= inner.first + inner.count;
}
