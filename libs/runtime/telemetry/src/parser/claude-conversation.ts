import type { TelemetryData } from '../catalogue';
import { factIds } from '../telemetry-event';
import type { LegEnd } from '../totals';
import { AnnouncedTasks } from './announced-tasks';
import {
  claudeMessageOf,
  isLaunchOf,
  usageSoFar,
  type AssistantMessage,
  type ClaudeMessage,
  type InitMessage,
  type ResultMessage,
  type StreamEvent,
  type SystemMessage,
  type TaskMessage,
  type UserMessage,
} from './claude-message';
import { entryOf, threadOf, type SaidIds } from './entry-ids';
import type { EventWriter } from './event-writer';
import { hookEventsIn, writeHook } from './hook-event';
import { ModelCalls, type ReportedCall } from './model-calls';
import { ModelNames } from './model-names';
import { noticeOf } from './notices';
import { summaryOf } from './result-summary';
import { RunningTotals } from './running-totals';
import { isTooLarge, shownText, startOf } from './storable-text';
import { textOf, ToolTracker } from './tool-tracker';
import { NO_REPORT, type LegReport } from './leg-report';
import { verdictOf } from './verdict';

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
  readonly #tasks = new AnnouncedTasks();
  /** The message that is being given, by the tool whose sub-agent gives it. */
  readonly #streaming = new Map<string, NonNullable<StreamEvent['event']['message']>>();
  #lastSaid: string | undefined;
  #model: string | undefined;
  #firstModel: string | undefined;
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

  get firstModel(): string | undefined {
    return this.#firstModel;
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
    else this.#other(message);
  }

  #claude(claude: ClaudeMessage, message: Readonly<Record<string, unknown>>): void {
    switch (claude.type) {
      case 'assistant':
        this.#assistant(claude);
        return;
      case 'user':
        this.#user(claude);
        return;
      case 'stream_event':
        this.#streamed(claude);
        return;
      case 'result':
        this.#result(claude);
        return;
      case 'system':
        this.#system(claude, message);
    }
  }

  #assistant({ message, parent_tool_use_id, uuid }: AssistantMessage): void {
    const { sessionId, now } = this.#writer;
    const parent = parent_tool_use_id ?? undefined;
    if (message.usage && message.model !== SYNTHETIC) {
      this.#called({ messageId: message.id, model: message.model, usage: message.usage, parent });
    }

    for (const block of message.content) {
      const ids = { message_id: message.id, ...threadOf(parent) };
      if (block.type === 'text') this.#said('message_response', block.text, { ...ids, ...entryOf(uuid, parent) });
      if (block.type === 'thinking') this.#said('thinking', block.thinking, ids);
      if (block.type !== 'tool_use') continue;
      const started = this.#tools.start(block, parent, now);
      this.#writer.write('tool_execution_started', started, factIds.tool(sessionId, 'started', block.id));

      const subagent = this.#tools.subagent(block.id);
      if (subagent) this.#writer.write('subagent_started', subagent, factIds.subagent(sessionId, 'started', block.id));
    }
  }

  #said(type: 'message_response' | 'thinking', text: string, ids: SaidIds): void {
    if (text === '') return;
    if (type === 'message_response' && ids.parent_tool_use_id === undefined) this.#lastSaid = startOf(text);
    this.#writer.write(type, { ...shownText(text), ...ids });
  }

  /** Parts of messages are not shown one by one; they have the message's last usage. */
  #streamed({ event, parent_tool_use_id }: StreamEvent): void {
    const thread = parent_tool_use_id ?? '';
    if (event.message) this.#streaming.set(thread, event.message);
    const message = this.#streaming.get(thread);
    const usage = message && event.usage && usageSoFar(message.usage, event.usage);
    if (!usage || message.model === SYNTHETIC) return;
    this.#called({ messageId: message.id, model: message.model, usage, parent: parent_tool_use_id ?? undefined });
  }

  #called(call: Omit<ReportedCall, 'name'>): void {
    const { sessionId, leg, time } = this.#writer;
    const reported = { ...call, name: this.#names.of(call.model) };
    const told = this.#calls.read(reported, { leg, time, resultsBefore: this.#accounts });
    if (told) this.#writer.write('token_usage', told.call, factIds.usage(sessionId, call.messageId, told.revision));
  }

  #user(user: UserMessage): void {
    const { message, parent_tool_use_id, tool_use_result: details, uuid } = user;
    const parent = parent_tool_use_id ?? undefined;
    const { sessionId, now } = this.#writer;
    const isLaunch = isLaunchOf(user);
    for (const block of message.content) {
      if (block.type !== 'tool_result') continue;
      const id = block.tool_use_id;
      const completed = { ...this.#tools.complete(block, parent, now), ...entryOf(uuid, parent) };
      this.#writer.write('tool_execution_completed', completed, factIds.tool(sessionId, 'completed', id));

      if (isLaunch && details?.agentId !== undefined) this.#tasks.launched(details.agentId, id);
      this.#stopped(id, this.#tools.close(block, isLaunch, now));

      // Any tool may print any JSON; only git's hooks report through a tool's output.
      const hooks = hookEventsIn(textOf(block.content)).filter(({ type }) => type.startsWith('git_'));
      for (const hook of hooks) writeHook(this.#writer, hook);
    }
  }

  #stopped(toolUseId: string, subagent: TelemetryData<'subagent_stopped'> | undefined): void {
    if (!subagent) return;
    this.#writer.write('subagent_stopped', subagent, factIds.subagent(this.#writer.sessionId, 'stopped', toolUseId));
  }

  /** A sub-agent in the background ends with its notification, not with the tool that launched it. */
  #task(task: TaskMessage): void {
    const background = this.#tasks.movedToBackground(task);
    if (background !== undefined) this.#tools.moveToBackground(background);
    const toolUseId = this.#tasks.toolOf(task);
    if (task.subtype !== 'task_notification' || toolUseId === undefined) return;
    this.#stopped(toolUseId, this.#tools.endInBackground(toolUseId, task.status === 'completed', this.#writer.now));
  }

  #result(result: ResultMessage): void {
    const { sessionId, leg, time } = this.#writer;
    const conversation = result.session_id ?? this.#conversation;
    const named = { model: this.#model, names: this.#names, conversation };
    const context = { ...named, leg, time, totals: this.#totals, accountsBefore: this.#accounts };
    const summary = summaryOf(result, context);
    this.#accounts = summary.result_number ?? this.#accounts;
    this.#writer.write('session_summary', summary, factIds.result(sessionId, leg, ++this.#results));
    const answer = result.result ?? '';
    const isSaid = summary.is_error || answer === '' || startOf(answer) === this.#lastSaid;
    if (!isSaid) this.#writer.write('message_response', { ...shownText(answer), is_final: true });
    this.#lastSaid = startOf(answer);
    const outcome = {
      ...verdictOf(result),
      answer,
      taskResult: summary.task_result,
      structured: result.structured_output,
    };
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
        if (hooks.length === 0) this.#other(message);
        return;
      }
      case 'compact_boundary': {
        const { pre_tokens, trigger } = system.compact_metadata;
        this.#writer.write('context_compacted', { before_tokens: pre_tokens, trigger });
        return;
      }
      case 'task_started':
      case 'task_updated':
      case 'task_notification':
        this.#task(system);
        this.#other(message);
    }
  }

  #initialized(init: InitMessage): void {
    const { leg } = this.#writer;
    this.#reports.set(leg, { hasBegun: true, outcome: this.reportOf(leg).outcome });
    this.#model = init.model === undefined ? undefined : this.#names.of(init.model);
    this.#firstModel ??= this.#model;
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

  /** Messages that change nothing here: a known one is shown as a notice, an unknown one as it came. */
  #other(message: Readonly<Record<string, unknown>>): void {
    const text = JSON.stringify(message);
    const notice = noticeOf(message);
    const cut = { text: startOf(text), truncated: true } as const;
    if (notice) this.#writer.writeReported(notice.type, isTooLarge(text) ? cut : notice.data);
    else this.#writer.write('unknown', isTooLarge(text) ? { raw: null, ...cut } : { raw: message });
  }
}
