import type { TelemetryData } from '../catalogue';
import type { ToolResult, ToolUse } from './claude-message';
import { nameOf, preview } from './storable-text';

type OpenTool = Readonly<{ name: string; startedAt: number; agent: string | undefined; used: Map<string, number> }>;

const SUBAGENT_TOOLS: ReadonlySet<string> = new Set(['Task', 'Agent']);

/** Remembers running tools for the fields that their results lack: name, duration, parent. */
export class ToolTracker {
  readonly #open = new Map<string, OpenTool>();

  start(tool: ToolUse, parent: string | undefined, time: number): TelemetryData<'tool_execution_started'> {
    const agent = SUBAGENT_TOOLS.has(tool.name) ? agentName(tool.input) : undefined;
    const name = nameOf(tool.name);
    this.#open.set(tool.id, { name, startedAt: time, agent, used: new Map() });
    const used = parent === undefined ? undefined : this.#open.get(parent)?.used;
    used?.set(name, (used.get(name) ?? 0) + 1);

    return {
      tool_name: name,
      tool_use_id: tool.id,
      input_preview: preview(JSON.stringify(tool.input ?? null)),
      ...(parent === undefined ? {} : { parent_tool_use_id: parent }),
    };
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

  /** Removes a tool that has ended. Returns the end of a sub-agent, if the tool ran one. */
  close(result: ToolResult, time: number): TelemetryData<'subagent_stopped'> | undefined {
    const tool = this.#open.get(result.tool_use_id);
    this.#open.delete(result.tool_use_id);
    if (tool?.agent === undefined) return undefined;

    return {
      agent_name: tool.agent,
      subagent_tool_use_id: result.tool_use_id,
      duration_ms: time - tool.startedAt,
      success: result.is_error !== true,
      tools_used: Object.fromEntries(tool.used),
    };
  }
}

function agentName(input: unknown): string {
  if (!input || typeof input !== 'object') return 'agent';
  if ('subagent_type' in input && typeof input.subagent_type === 'string') return nameOf(input.subagent_type);
  if ('description' in input && typeof input.description === 'string') return nameOf(input.description);
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
