import { claudeMessageOf } from './claude-message';
import { objectOf } from './storable-text';

/** Where an agent may be held: after a tool's result, or after (a block of) a model's answer. */
export type Boundary = 'tool' | 'model';

/** The yield point that a line of output leaves the agent at, if it is one. */
export function boundaryOf(line: string): Boundary | undefined {
  const message = claudeMessageOf(objectOf(line));
  if (message?.type === 'assistant') return 'model';

  const endsTool = message?.type === 'user' && message.message.content.some(({ type }) => type === 'tool_result');
  return endsTool ? 'tool' : undefined;
}
