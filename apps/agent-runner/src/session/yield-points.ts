import type { YieldPoint } from '@syntropic/orchestration/contracts';
import { LAUNCHERS, type RunningTools } from '../session-socket';
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
  /** Running tools that start sub-agents of which no line has come. */
  readonly #launches = new Set<string>();
  /** Message id of the answer that the last line belongs to. */
  #answer: string | undefined;

  /** @param tools hears which tools and sub-agents have ended */
  constructor(private readonly tools?: Pick<RunningTools, 'ended' | 'endedIn'>) {}

  /** To be called with each line of output, in order. */
  at(line: MessageOutline | undefined): LineYieldPoints {
    if (!line) return NO_YIELD_POINTS;

    const answerIsComplete =
      this.#answer !== undefined && !(line.type === 'assistant' && line.message?.id === this.#answer);
    const before = answerIsComplete && this.#isIdle ? 'after_model' : undefined;
    const hasResult = this.#follow(line);
    if (line.subtype === 'task_notification') this.tools?.endedIn(line.task_id);
    return { before, after: hasResult && this.#isIdle ? 'after_tool' : undefined };
  }

  /** True when no tool runs, apart from those that start or are sub-agents. */
  get isIdleButLaunches(): boolean {
    return this.#toolsInFlight.size === this.#launches.size;
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
    for (const block of blocks) this.#starts(block);
    for (const { tool_use_id: id } of results) if (id) this.#ends(id);
    return results.length > 0;
  }

  #starts({
    type,
    id,
    name = '',
  }: Readonly<{ type: string; id?: string | undefined; name?: string | undefined }>): void {
    if (type !== 'tool_use' || !id) return;
    if (this.#toolsInFlight.size >= MAX_TOOLS || this.#subagents.has(id)) return;
    this.#toolsInFlight.add(id);
    if (LAUNCHERS.has(name)) this.#launches.add(id);
  }

  #ends(id: string): void {
    this.#toolsInFlight.delete(id);
    this.#launches.delete(id);
    this.tools?.ended(id);
  }

  #runsSubagent(id: string): void {
    this.#toolsInFlight.delete(id);
    this.#launches.delete(id);
    if (this.#subagents.size < MAX_TOOLS) this.#subagents.add(id);
  }
}
