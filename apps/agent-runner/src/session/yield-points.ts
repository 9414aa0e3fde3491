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

/** The yield points around one line of output. */
export interface LineYieldPoints {
  /** Before the line is spooled: the line shows that the model's previous answer was complete. */
  readonly before: YieldPoint | undefined;
  readonly after: YieldPoint | undefined;
}

const NO_YIELD_POINTS: LineYieldPoints = { before: undefined, after: undefined };

/** Finds yield points in a session's stream-json: no tool runs, and no answer of the model is incomplete. */
export class YieldPoints {
  readonly #toolsInFlight = new Set<string>();
  /** Tool calls that started sub-agents. They run for long, and can be paused between their own tools. */
  readonly #subagents = new Set<string>();
  /** Message id of the answer that the last line belongs to. */
  #answer: string | undefined;

  /** To be called with each line of output, in order. */
  at(text: string): LineYieldPoints {
    const line = parse(text);
    if (!line) return NO_YIELD_POINTS;

    const answerIsComplete =
      this.#answer !== undefined && !(line.type === 'assistant' && line.message?.id === this.#answer);
    const before = answerIsComplete && this.#isIdle ? 'after_model' : undefined;
    const hasResult = this.#follow(line);
    return { before, after: hasResult && this.#isIdle ? 'after_tool' : undefined };
  }

  get #isIdle(): boolean {
    return [...this.#toolsInFlight].every((id) => this.#subagents.has(id));
  }

  /** True when the line contains a tool's result. */
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
    // Agents also print lines that are not JSON.
    return undefined;
  }
}
