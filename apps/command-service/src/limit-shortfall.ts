import type { NeededAgent } from '@syntropic/orchestration/domain';
import type { HeldLimits } from '@syntropic/work';

type AskedLimits = NonNullable<NeededAgent['limits']>;

const NAMES = { memoryMb: 'memory_mb', pids: 'pids', cpus: 'cpus', diskMb: 'disk_mb' } as const;

/** The first limit that cannot be held, and what can; undefined when all are held, or nothing is known of the runner. */
export function limitShortfall(asked: AskedLimits | undefined, held: HeldLimits | undefined): string | undefined {
  if (!asked || !held) return undefined;
  const limits = Object.entries(NAMES).flatMap(([key, name]) => {
    const value = asked[key as keyof typeof NAMES];
    return value === undefined ? [] : [{ name, value }];
  });
  // The pages of a disk count against the memory that is asked for.
  const isWithin = (name: string) => name === 'disk_mb' && asked.memoryMb !== undefined;
  for (const { name, value } of limits) {
    if (held.unheld.includes(name)) return `${name} cannot be held there`;
    const most = isWithin(name) ? undefined : held.most[name];
    if (most !== undefined && value > most) return `${name} is ${value}, and a workspace there has at most ${most}`;
  }
  return undefined;
}
