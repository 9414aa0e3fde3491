import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

export interface User {
  readonly uid: number;
  readonly gid: number;
}

interface Range {
  readonly first: number;
  readonly count: number;
}

/** User ids that neither accounts nor container engines use; the second range is for user namespaces with 65,536 ids. */
const POOLS: readonly Range[] = [
  { first: 0x7000_0000, count: 0x0ff0_0000 },
  { first: 20_000, count: 40_000 },
];

/** A user derived from the workspace's id, when the runner is root. Other runners start agents as their own user. */
export function unprivilegedUser(workspaceId: string): User | undefined {
  if (process.geteuid?.() !== 0) return undefined;

  const existing = ['uid_map', 'gid_map'].map((map) => parse(readFileSync(`/proc/self/${map}`, 'utf8')));
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
