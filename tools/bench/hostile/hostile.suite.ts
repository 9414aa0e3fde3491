import type { Figures } from '../figure';
import { hostileStream } from './hostile-stream';
import { rebuildPeakMemory } from './rebuild-memory';
import { usefulAnswers } from './useful-answers';

/** What no well-behaved agent, author or client does: the platform stays within its bounds. */
export async function hostileSuite(print: (line: string) => void): Promise<Figures> {
  return {
    useful_answers_4000_starts: await usefulAnswers(print),
    rebuild_peak_memory: await rebuildPeakMemory(print),
    ...(await hostileStream(print)),
  };
}
