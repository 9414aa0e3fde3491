import type { YieldPoint } from '@syntropic/orchestration/contracts';
import type { MessageOutline } from './message-outline';

/** Running tools that are remembered: an agent may invent any number. */
const MAX_TOOLS = 10_000;

/** The yield points around one line of output. */
export interface LineYieldPoints {
  /** Before the line is spooled: the line shows that the model's previous answer was complete. */
  readonly before: YieldPoint | undefined;
  readonly after: YieldPoint | undefined;
}

const NO_YIELD_POINTS: LineYieldPoints = { before: undefined, after: undefined };

/** Finds yield points in a session's stream-json: no tool runs, and no answer of the model is incomplete. */
export class YieldPoints {
  /** Running tools, without those that are known to run sub-agents. */
  readonly #toolsInFlight = new Set<string>();
  /** Tool calls that started sub-agents. They run for long, and can be paused between their own tools. */
  readonly #subagents = new Set<string>();
  /** Message id of the answer that the last line belongs to. */
  #answer: string | undefined;

  /** To be called with each line of output, in order. */
  at(line: MessageOutline | undefined): LineYieldPoints {
    if (!line) return NO_YIELD_POINTS;

    const answerIsComplete =
      this.#answer !== undefined && !(line.type === 'assistant' && line.message?.id === this.#answer);
    const before = answerIsComplete && this.#isIdle ? 'after_model' : undefined;
    const hasResult = this.#follow(line);
    return { before, after: hasResult && this.#isIdle ? 'after_tool' : undefined };
  }

  get #isIdle(): boolean {
    return this.#toolsInFlight.size === 0;
  }

  /** True when the line contains a tool's result. */
  #follow(line: MessageOutline): boolean {
    this.#answer = line.type === 'assistant' ? (line.message?.id ?? '') : undefined;
    if (line.parent_tool_use_id) this.#runsSubagent(line.parent_tool_use_id);

    const content = line.message?.content;
    const blocks = Array.isArray(content) ? content : [];
    const results = blocks.filter(({ type }) => type === 'tool_result');
    for (const { type, id } of blocks) if (type === 'tool_use' && id) this.#starts(id);
    for (const { tool_use_id: id } of results) if (id) this.#toolsInFlight.delete(id);
    return results.length > 0;
  }

  #starts(id: string): void {
    if (this.#toolsInFlight.size < MAX_TOOLS && !this.#subagents.has(id)) this.#toolsInFlight.add(id);
  }

  #runsSubagent(id: string): void {
    this.#toolsInFlight.delete(id);
    if (this.#subagents.size < MAX_TOOLS) this.#subagents.add(id);
  }
}
