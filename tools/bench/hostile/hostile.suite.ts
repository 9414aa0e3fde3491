import type { Figures } from '../figure';
import { rebuildPeakMemory } from './rebuild-memory';

/** What no well-behaved agent, author or client does: the platform stays within its bounds. */
export async function hostileSuite(print: (line: string) => void): Promise<Figures> {
  return { rebuild_peak_memory: await rebuildPeakMemory(print) };
}
