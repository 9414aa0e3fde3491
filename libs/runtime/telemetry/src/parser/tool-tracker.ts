import { nameText } from '@syntropic/kernel';
import type { TelemetryData } from '../catalogue';
import type { ToolResult, ToolUse } from './claude-message';
import { preview } from './storable-text';

type OpenTool = Readonly<{
  name: string;
  startedAt: number;
  agent: string | undefined;
  used: Map<string, number>;
  /** True for a sub-agent that runs on when its tool has returned. */
  isInBackground: boolean;
  /** The end of a sub-agent that was notified before its tool has returned. */
  notified?: Readonly<{ success: boolean; time: number }>;
}>;

const SUBAGENT_TOOLS: ReadonlySet<string> = new Set(['Task', 'Agent']);

/** Remembers running tools for the fields that their results lack: name, duration, parent. */
export class ToolTracker {
  readonly #open = new Map<string, OpenTool>();

  start(tool: ToolUse, parent: string | undefined, time: number): TelemetryData<'tool_execution_started'> {
    const agent = SUBAGENT_TOOLS.has(tool.name) ? agentName(tool.input) : undefined;
    const name = nameText(tool.name);
    this.#open.set(tool.id, {
      name,
      startedAt: time,
      agent,
      used: new Map(),
      isInBackground: agent !== undefined && runsInBackground(tool.input),
    });
    const used = parent === undefined ? undefined : this.#open.get(parent)?.used;
    used?.set(name, (used.get(name) ?? 0) + 1);

    return {
      tool_name: name,
      tool_use_id: tool.id,
      input_preview: preview(JSON.stringify(tool.input ?? null)),
      ...(parent === undefined ? {} : { parent_tool_use_id: parent }),
    };
  }

  isOpen(toolUseId: string): boolean {
    return this.#open.has(toolUseId);
  }

  /** The start of a sub-agent, if this tool runs one. */
  subagent(toolUseId: string): TelemetryData<'subagent_started'> | undefined {
    const agent = this.#open.get(toolUseId)?.agent;
    return agent === undefined ? undefined : { agent_name: agent, subagent_tool_use_id: toolUseId };
  }

  complete(result: ToolResult, parent: string | undefined, time: number): TelemetryData<'tool_execution_completed'> {
    const tool = this.#open.get(result.tool_use_id);
    return {
      tool_use_id: result.tool_use_id,
      success: result.is_error !== true,
      output_preview: preview(textOf(result.content)),
      ...(tool ? { tool_name: tool.name, duration_ms: time - tool.startedAt } : {}),
      ...(parent === undefined ? {} : { parent_tool_use_id: parent }),
    };
  }

  /**
   * Removes a tool that has ended. Returns the end of a sub-agent, if the tool ran one. The result of a launch begins a sub-agent in the
   * background; a result that does not say whether it is one is judged by the tool's input and the announced tasks.
   */
  close(
    result: ToolResult,
    isLaunch: boolean | undefined,
    time: number,
  ): TelemetryData<'subagent_stopped'> | undefined {
    const { tool_use_id: id, is_error: isError } = result;
    const tool = this.#open.get(id);
    const isLaunched = isError !== true && tool?.agent !== undefined && (isLaunch ?? tool.isInBackground);
    if (!isLaunched) return this.#end(id, isError !== true, time);
    if (tool.notified) return this.#end(id, tool.notified.success, tool.notified.time);
    this.moveToBackground(id);
    return undefined;
  }

  moveToBackground(toolUseId: string): void {
    const tool = this.#open.get(toolUseId);
    if (tool?.agent !== undefined) this.#open.set(toolUseId, { ...tool, isInBackground: true });
  }

  /** Ends a sub-agent in the background. For one whose tool has not returned, its result decides whether this is the end. */
  endInBackground(toolUseId: string, success: boolean, time: number): TelemetryData<'subagent_stopped'> | undefined {
    const tool = this.#open.get(toolUseId);
    if (tool?.isInBackground) return this.#end(toolUseId, success, time);
    if (tool) this.#open.set(toolUseId, { ...tool, notified: { success, time } });
    return undefined;
  }

  #end(toolUseId: string, success: boolean, time: number): TelemetryData<'subagent_stopped'> | undefined {
    const tool = this.#open.get(toolUseId);
    this.#open.delete(toolUseId);
    if (tool?.agent === undefined) return undefined;

    return {
      agent_name: tool.agent,
      subagent_tool_use_id: toolUseId,
      duration_ms: time - tool.startedAt,
      success,
      tools_used: Object.fromEntries(tool.used),
    };
  }
}

const runsInBackground = (input: unknown): boolean =>
  typeof input === 'object' && input !== null && 'run_in_background' in input && input.run_in_background === true;

function agentName(input: unknown): string {
  if (!input || typeof input !== 'object') return 'agent';
  if ('subagent_type' in input && typeof input.subagent_type === 'string') return nameText(input.subagent_type);
  if ('description' in input && typeof input.description === 'string') return nameText(input.description);
  return 'agent';
}

/** The text of a tool's result, which is a string or a list of blocks. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return content === undefined || content === null ? '' : JSON.stringify(content);

  return content
    .flatMap((block: unknown) =>
      block && typeof block === 'object' && 'text' in block && typeof block.text === 'string' ? [block.text] : [],
    )
    .join('\n');
}
