import type { Usage } from '@syntropic/kernel';
import type { TelemetryData } from '../catalogue';
import { costOf, PRICE_TABLE_VERSION } from '../prices';
import { factIds, type TelemetryEvent } from '../telemetry-event';
import type { LegEnd } from '../totals';
import {
  claudeMessageOf,
  type AssistantMessage,
  type ClaudeMessage,
  type InitMessage,
  type ResultMessage,
  type SystemMessage,
  type UserMessage,
} from './claude-message';
import { EventWriter, type ParsedSession } from './event-writer';
import { hookEventOf, hookEventsIn, writeHook } from './hook-event';
import { summaryOf } from './result-summary';
import { ModelNames } from './model-names';
import { startOf, isTooLarge, objectOf } from './storable-text';
import type { TaskResult } from './task-result';
import { textOf, ToolTracker } from './tool-tracker';

/** The result of the agent's last leg. */
export type SessionOutcome = Readonly<{
  isError: boolean;
  error?: string | undefined;
  /** The agent's final answer. */
  answer: string;
  taskResult?: TaskResult | undefined;
}>;

/** The model name of answers that the CLI generates itself, for instance for a provider's error. */
const SYNTHETIC = '<synthetic>';

/**
 * Parses the lines of an agent's output into telemetry, for one session. Deterministic: the same lines, numbers and times
 * give the same events with the same ids, so a spool can be parsed again from its start. No line makes it fail.
 */
export class SessionParser {
  readonly #writer: EventWriter;
  readonly #tools = new ToolTracker();
  readonly #names = new ModelNames();
  #model: string | undefined;
  #agentSessionId: string | undefined;
  #outcome: SessionOutcome | undefined;

  constructor(session: ParsedSession) {
    this.#writer = new EventWriter(session);
  }

  /** The session's usage according to the lines so far. */
  get usage(): Usage {
    return this.#writer.usage;
  }

  /** The number of events so far. */
  get events(): number {
    return this.#writer.events;
  }

  /** The agent's own id of the conversation, which resumes it. */
  get agentSessionId(): string | undefined {
    return this.#agentSessionId;
  }

  /** Present once the agent has closed a leg with a result. */
  get outcome(): SessionOutcome | undefined {
    return this.#outcome;
  }

  /** @param time of reading the line; ISO 8601. */
  line(text: string, lineNumber: number, time: string): TelemetryEvent[] {
    const line = text.trim();
    if (line === '') return [];

    this.#writer.at(lineNumber, time);
    const message = objectOf(line);
    if (!message || !this.#isRead(message)) this.#printed(line);
    return this.#writer.take();
  }

  /** False for a message nested too deeply for JSON.stringify, which counts as plain output. */
  #isRead(message: Readonly<Record<string, unknown>>): boolean {
    try {
      this.#message(message);
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Ends a leg. Later lines belong to the next one, which starts at this time. */
  end(ended: LegEnd, time: string): TelemetryEvent[] {
    const { leg, sessionId } = this.#writer;
    this.#writer.at(0, time);
    this.#writer.write('leg_ended', { leg, ended, duration_ms: this.#writer.msOfLeg }, factIds.legEnd(sessionId, leg));
    this.#writer.startLeg();
    return this.#writer.take();
  }

  #printed(line: string): void {
    const truncated = isTooLarge(line) ? { truncated: true as const } : {};
    this.#writer.write('agent_output', { text: startOf(line), ...truncated });
  }

  #message(message: Readonly<Record<string, unknown>>): void {
    const hook = hookEventOf(message);
    const claude = hook ? undefined : claudeMessageOf(message);
    if (hook) writeHook(this.#writer, hook);
    else if (claude) this.#claude(claude, message);
    else this.#unknown(message);
  }

  #claude(claude: ClaudeMessage, message: Readonly<Record<string, unknown>>): void {
    switch (claude.type) {
      case 'assistant':
        this.#assistant(claude);
        return;
      case 'user':
        this.#user(claude);
        return;
      case 'result':
        this.#result(claude);
        return;
      case 'system':
        this.#system(claude, message);
    }
  }

  #assistant({ message, parent_tool_use_id }: AssistantMessage): void {
    const { sessionId, leg, now, time } = this.#writer;
    const parent = parent_tool_use_id ?? undefined;
    if (message.usage && message.model !== SYNTHETIC) {
      const call = modelCall({ ...message, usage: message.usage }, leg, time, parent);
      const model = this.#names.of(message.model);
      this.#writer.write('token_usage', { ...call, model }, factIds.usage(sessionId, message.id));
    }

    for (const block of message.content) {
      if (block.type !== 'tool_use') continue;
      const started = this.#tools.start(block, parent, now);
      this.#writer.write('tool_execution_started', started, factIds.tool(sessionId, 'started', block.id));

      const subagent = this.#tools.subagent(block.id);
      if (subagent) this.#writer.write('subagent_started', subagent, factIds.subagent(sessionId, 'started', block.id));
    }
  }

  #user({ message, parent_tool_use_id }: UserMessage): void {
    const { sessionId, now } = this.#writer;
    for (const block of message.content) {
      if (block.type !== 'tool_result') continue;
      const id = block.tool_use_id;
      const completed = this.#tools.complete(block, parent_tool_use_id ?? undefined, now);
      this.#writer.write('tool_execution_completed', completed, factIds.tool(sessionId, 'completed', id));

      const stopped = this.#tools.close(block, now);
      if (stopped) this.#writer.write('subagent_stopped', stopped, factIds.subagent(sessionId, 'stopped', id));

      // Any tool may print any JSON; only git's hooks report through a tool's output.
      const hooks = hookEventsIn(textOf(block.content)).filter(({ type }) => type.startsWith('git_'));
      for (const hook of hooks) writeHook(this.#writer, hook);
    }
  }

  #result(result: ResultMessage): void {
    const { sessionId, leg, time } = this.#writer;
    const summary = summaryOf(result, { leg, model: this.#model, time, names: this.#names });
    this.#writer.write('session_summary', summary, factIds.result(sessionId, leg));
    this.#outcome = {
      isError: summary.is_error,
      error: summary.error,
      answer: result.result ?? '',
      taskResult: summary.task_result,
    };
  }

  #system(system: SystemMessage, message: Readonly<Record<string, unknown>>): void {
    switch (system.subtype) {
      case 'init':
        this.#initialized(system);
        return;
      case 'hook_response': {
        const hooks = hookEventsIn(system.stdout, system.stderr, system.output);
        for (const hook of hooks) writeHook(this.#writer, hook);
        if (hooks.length === 0) this.#unknown(message);
        return;
      }
      case 'compact_boundary': {
        const { pre_tokens, trigger } = system.compact_metadata;
        this.#writer.write('context_compacted', { before_tokens: pre_tokens, trigger });
      }
    }
  }

  #initialized(init: InitMessage): void {
    this.#model = init.model === undefined ? undefined : this.#names.of(init.model);
    this.#agentSessionId = init.session_id;
    this.#writer.write('agent_initialized', {
      leg: this.#writer.leg,
      agent_session_id: init.session_id,
      model: this.#model,
      cwd: init.cwd,
      tools: init.tools,
      permission_mode: init.permissionMode,
      cli_version: init.claude_code_version,
    });
  }

  #unknown(message: Readonly<Record<string, unknown>>): void {
    const text = JSON.stringify(message);
    this.#writer.write(
      'unknown',
      isTooLarge(text) ? { raw: null, text: startOf(text), truncated: true } : { raw: message },
    );
  }
}

type AnsweredCall = AssistantMessage['message'] & { usage: NonNullable<AssistantMessage['message']['usage']> };

function modelCall(
  { id, model, usage }: AnsweredCall,
  leg: number,
  time: string,
  parent: string | undefined,
): TelemetryData<'token_usage'> {
  const tokens = {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheCreationTokens: usage.cache_creation_input_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
  };
  return {
    leg,
    message_id: id,
    model,
    input_tokens: tokens.inputTokens,
    output_tokens: tokens.outputTokens,
    cache_creation_tokens: tokens.cacheCreationTokens,
    cache_read_tokens: tokens.cacheReadTokens,
    cost_usd: costOf(model, tokens, time),
    price_table: PRICE_TABLE_VERSION,
    parent_tool_use_id: parent,
  };
}
