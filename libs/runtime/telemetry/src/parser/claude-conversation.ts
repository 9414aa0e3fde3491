import { factIds } from '../telemetry-event';
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
import type { EventWriter } from './event-writer';
import { hookEventsIn, writeHook } from './hook-event';
import { ModelCalls, type ReportedCall } from './model-calls';
import { ModelNames } from './model-names';
import { summaryOf } from './result-summary';
import { RunningTotals } from './running-totals';
import { isTooLarge, nameOf, startOf } from './storable-text';
import type { TaskResult } from './task-result';
import { textOf, ToolTracker } from './tool-tracker';
import { verdictOf, type Verdict } from './verdict';

/** The result that an agent ended a leg with. */
type SessionOutcome = Verdict &
  Readonly<{
    /** The agent's final answer. */
    answer: string;
    taskResult?: TaskResult | undefined;
  }>;

/** What the protocol has told about a leg. */
export type LegReport = Readonly<{
  /** True once the agent has begun a conversation. */
  hasBegun: boolean;
  /** By the last result so far. */
  outcome?: SessionOutcome | undefined;
}>;

const NO_REPORT: LegReport = { hasBegun: false };

/** The model name of answers that the CLI generates itself, for instance for a provider's error. */
const SYNTHETIC = '<synthetic>';

/** Reads the messages of Claude Code's `stream-json`, and writes what they tell as telemetry. */
export class ClaudeConversation {
  readonly #writer: EventWriter;
  readonly #tools = new ToolTracker();
  readonly #names = new ModelNames();
  readonly #reports = new Map<number, LegReport>();
  readonly #calls = new ModelCalls();
  readonly #totals = new RunningTotals();
  #model: string | undefined;
  /** The agent's own id of its conversation. */
  #conversation: string | undefined;
  /** Results of the leg, and the accounts among them. */
  #results = 0;
  #accounts = 0;

  constructor(writer: EventWriter) {
    this.#writer = writer;
  }

  reportOf(leg: number): LegReport {
    return this.#reports.get(leg) ?? NO_REPORT;
  }

  /** Later messages are of the next leg. */
  endLeg(ended: LegEnd): void {
    if (ended === 'killed') this.#totals.startOver();
    this.#results = 0;
    this.#accounts = 0;
  }

  read(message: Readonly<Record<string, unknown>>): void {
    const claude = claudeMessageOf(message);
    if (claude) this.#claude(claude, message);
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
    const { sessionId, now } = this.#writer;
    const parent = parent_tool_use_id ?? undefined;
    if (message.usage && message.model !== SYNTHETIC) {
      this.#called({ messageId: message.id, model: message.model, usage: message.usage, parent });
    }

    for (const block of message.content) {
      if (block.type !== 'tool_use') continue;
      const started = this.#tools.start(block, parent, now);
      this.#writer.write('tool_execution_started', started, factIds.tool(sessionId, 'started', block.id));

      const subagent = this.#tools.subagent(block.id);
      if (subagent) this.#writer.write('subagent_started', subagent, factIds.subagent(sessionId, 'started', block.id));
    }
  }

  #called(call: Omit<ReportedCall, 'name'>): void {
    const { sessionId, leg, time } = this.#writer;
    const reported = { ...call, name: this.#names.of(call.model) };
    const told = this.#calls.read(reported, { leg, time, resultsBefore: this.#accounts });
    if (told) this.#writer.write('token_usage', told.call, factIds.usage(sessionId, call.messageId, told.revision));
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
    const conversation = result.session_id ?? this.#conversation;
    const named = { model: this.#model, names: this.#names, conversation: conversation && nameOf(conversation) };
    const context = { ...named, leg, time, totals: this.#totals, accountsBefore: this.#accounts };
    const summary = summaryOf(result, context);
    this.#accounts = summary.result_number ?? this.#accounts;
    this.#writer.write('session_summary', summary, factIds.result(sessionId, leg, ++this.#results));
    const outcome = { ...verdictOf(result), answer: result.result ?? '', taskResult: summary.task_result };
    this.#reports.set(leg, { hasBegun: true, outcome });
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
    const { leg } = this.#writer;
    this.#reports.set(leg, { hasBegun: true, outcome: this.#reports.get(leg)?.outcome });
    this.#model = init.model === undefined ? undefined : this.#names.of(init.model);
    this.#conversation = init.session_id;
    this.#writer.write('agent_initialized', {
      leg,
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
