import { z } from 'zod';
import type { YieldPoint } from '@syntropic/orchestration/contracts';

const Block = z.looseObject({
  type: z.string(),
  id: z.string().optional(),
  tool_use_id: z.string().optional(),
});
const Line = z.looseObject({
  type: z.string(),
  parent_tool_use_id: z.string().nullish(),
  message: z
    .looseObject({ id: z.string().optional(), content: z.union([z.string(), z.array(Block)]).optional() })
    .optional(),
});
type Line = z.infer<typeof Line>;

/** Where the agent can stand still round a line. */
export interface Boundary {
  /** Before the line is taken: only it shows that the answer before it was complete. */
  readonly before: YieldPoint | undefined;
  readonly after: YieldPoint | undefined;
}

/** Follows a session's stream-json and knows when no tool runs and no answer is half told. */
export class Boundaries {
  readonly #toolsInFlight = new Set<string>();
  /** Calls that became sub-agents: they run for long, and stand still between their own tools. */
  readonly #subagents = new Set<string>();
  /** The answer that the last line belonged to. */
  #answer: string | undefined;

  pass(text: string): Boundary {
    const line = parse(text);
    if (!line) return { before: undefined, after: undefined };

    const answerIsComplete =
      this.#answer !== undefined && !(line.type === 'assistant' && line.message?.id === this.#answer);
    const before = answerIsComplete && this.#quiet ? 'after_model' : undefined;
    const returned = this.#follow(line);
    return { before, after: returned && this.#quiet ? 'after_tool' : undefined };
  }

  get #quiet(): boolean {
    return [...this.#toolsInFlight].every((id) => this.#subagents.has(id));
  }

  /** Whether the line brought a tool's result. */
  #follow(line: Line): boolean {
    this.#answer = line.type === 'assistant' ? (line.message?.id ?? '') : undefined;
    if (line.parent_tool_use_id) this.#subagents.add(line.parent_tool_use_id);

    const content = line.message?.content;
    const blocks = Array.isArray(content) ? content : [];
    const results = blocks.filter(({ type }) => type === 'tool_result');
    for (const { type, id } of blocks) if (type === 'tool_use' && id) this.#toolsInFlight.add(id);
    for (const { tool_use_id: id } of results) if (id) this.#toolsInFlight.delete(id);
    return results.length > 0;
  }
}

function parse(text: string): Line | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return Line.safeParse(JSON.parse(text)).data;
  } catch {
    // Agents also print what is no message.
    return undefined;
  }
}
