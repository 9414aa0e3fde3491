import { commentText } from '@syntropic/kernel';
import { z } from 'zod';
import { objectOf, startOf } from './storable-text';

/** An agent's report on its own task. `success: false` is a valid outcome, not a fault. */
export const TaskResult = z.looseObject({ success: z.boolean(), comments: z.string().optional() });
export type TaskResult = z.infer<typeof TaskResult>;

const MARKER = 'TASK_RESULT:';

/** The object after the last `TASK_RESULT:` of an answer. */
export function taskResultOf(answer: string): TaskResult | undefined {
  const marker = answer.lastIndexOf(MARKER);
  if (marker < 0) return undefined;

  const start = answer.indexOf('{', marker);
  const end = start < 0 ? -1 : endOfObject(answer, start);
  const result = end < 0 ? undefined : TaskResult.safeParse(objectOf(answer.slice(start, end))).data;
  return result && shortened(result);
}

/** Characters of a task result as JSON. The event of the account has it, and is not to be too large for its sake. */
const LARGEST_RESULT = 96 * 1024;

/** The result with comments of at most 64 KiB, and without its further fields where they are large. */
function shortened(result: TaskResult): TaskResult {
  const { success, comments } = result;
  const short = { ...result, ...(comments !== undefined && { comments: commentText(comments) }) };
  if (JSON.stringify(short).length <= LARGEST_RESULT) return short;
  if (short.comments === undefined) return { success };

  const alone = { success, comments: short.comments };
  // Escaped characters are six in JSON.
  return JSON.stringify(alone).length <= LARGEST_RESULT ? alone : { success, comments: `${startOf(alone.comments)}…` };
}

/** The index after the brace that closes the one at `start`, or -1. Braces in strings are ignored. */
function endOfObject(text: string, start: number): number {
  let depth = 0;
  let inString = false;
  for (let at = start; at < text.length; at++) {
    const character = text[at];
    if (inString && character === '\\') at++;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) return at + 1;
  }
  return -1;
}
