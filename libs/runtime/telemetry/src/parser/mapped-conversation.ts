import { errorText, nameText, type OutputMapping, type OutputRule } from '@syntropic/kernel';
import { costOf, costOfAll } from '../prices';
import { factIds } from '../telemetry-event';
import type { EventWriter } from './event-writer';
import { NO_REPORT, type LegReport } from './leg-report';
import { countsOf, fieldAt, holds, textAt, tokensAt, valueOf } from './mapped-fields';
import { ModelNames } from './model-names';
import { sumOf } from './result-account';
import { NO_ACCOUNT, RunningTotals } from './running-totals';
import { isTooLarge, objectOf, shownText, startOf } from './storable-text';
import { taskResultOf } from './task-result';
import { ToolTracker } from './tool-tracker';

type Line = Readonly<Record<string, unknown>>;
type Rule<As extends OutputRule['as']> = Extract<OutputRule, { as: As }>;

const UNKNOWN_MODEL = 'unknown';

/** Reads the JSON lines of an agent by a mapping, and writes what they tell as telemetry. */
export class MappedConversation {
  readonly #tools = new ToolTracker();
  readonly #names = new ModelNames();
  readonly #totals = new RunningTotals();
  readonly #reports = new Map<number, LegReport>();
  #model: string | undefined;
  #conversation = '';
  #lastSaid = '';
  /** True behind the first line of its leg that tells so. */
  #hasBegun = false;
  /** Of the leg. */
  #calls = 0;
  #results = 0;

  constructor(
    private readonly writer: EventWriter,
    private readonly mapping: OutputMapping,
  ) {}

  get firstModel(): string | undefined {
    return this.#model;
  }

  /** A mapping without results leaves the verdict to the exit code. */
  reportOf(leg: number): LegReport | undefined {
    return this.mapping.some(({ as }) => as === 'result') ? (this.#reports.get(leg) ?? NO_REPORT) : undefined;
  }

  /** Totals of agents' threads go on after any end: the thread is stored when a call has ended. */
  endLeg(): void {
    this.#hasBegun = false;
    this.#calls = 0;
    this.#results = 0;
  }

  read(line: Line): void {
    const rules = this.mapping.filter(({ when }) => holds(when, line));
    if (rules.length === 0) {
      const text = JSON.stringify(line);
      this.writer.write(
        'unknown',
        isTooLarge(text) ? { raw: null, text: startOf(text), truncated: true } : { raw: line },
      );
      return;
    }
    const { leg } = this.writer;
    this.#reports.set(leg, { ...this.#reports.get(leg), hasBegun: true });
    for (const rule of rules) this.#apply(rule, line);
  }

  #apply(rule: OutputRule, line: Line): void {
    switch (rule.as) {
      case 'session':
        this.#begins(rule, line);
        return;
      case 'message':
      case 'thinking':
        this.#said(rule, line);
        return;
      case 'notice':
        this.#noticed(textAt(rule.text, line), 'warning');
        return;
      case 'nothing':
        return;
      case 'tool_start':
        this.#toolStarts(rule, line);
        return;
      case 'tool_end':
        this.#toolEnds(rule, line);
        return;
      case 'usage':
        if (rule.total) this.#total(rule, line);
        else this.#call(rule, line);
        return;
      case 'result':
        this.#result(rule, line);
    }
  }

  #begins({ id, model }: Rule<'session'>, line: Line): void {
    const { leg } = this.writer;
    const conversation = id === undefined ? '' : nameText(textAt(id, line));
    if (this.#hasBegun && conversation === this.#conversation) return;
    this.#hasBegun = true;
    this.#conversation = conversation;
    const named = model === undefined ? undefined : valueOf(model, line);
    this.#model ??= named && this.#names.of(named);
    const agent_session_id = this.#conversation === '' ? undefined : this.#conversation;
    this.writer.write('agent_initialized', { leg, agent_session_id, model: this.#model });
  }

  #said({ as, text }: Rule<'message' | 'thinking'>, line: Line): void {
    const said = textAt(text, line);
    if (said === '') return;
    if (as === 'message') this.#lastSaid = said;
    this.writer.write(as === 'message' ? 'message_response' : 'thinking', shownText(said));
  }

  /** Ids of tools may begin anew in each process. */
  #toolId(path: string, line: Line): string {
    return nameText(`${this.writer.leg}:${textAt(path, line)}`);
  }

  #toolStarts({ id: path, name, input }: Omit<Rule<'tool_start'>, 'as' | 'when'>, line: Line): void {
    const { sessionId, now } = this.writer;
    const id = this.#toolId(path, line);
    const tool = { type: 'tool_use', id, name: valueOf(name, line), input: input && fieldAt(input, line) } as const;
    // Sub-agents of other agents are not told by the names of their tools.
    this.writer.write(
      'tool_execution_started',
      this.#tools.start(tool, undefined, now),
      factIds.tool(sessionId, 'started', id),
    );
  }

  #toolEnds(rule: Rule<'tool_end'>, line: Line): void {
    const { sessionId, now } = this.writer;
    const id = this.#toolId(rule.id, line);
    if (!this.#tools.isOpen(id)) this.#toolStarts(rule, line);
    const isOk = rule.ok === undefined || holds(rule.ok, line);
    const content = rule.output && fieldAt(rule.output, line);
    const result = { type: 'tool_result', tool_use_id: id, content, is_error: !isOk } as const;
    const completed = this.#tools.complete(result, undefined, now);
    this.writer.write('tool_execution_completed', completed, factIds.tool(sessionId, 'completed', id));
    this.#tools.close(result, false, now);
  }

  #call(rule: Rule<'usage'>, line: Line): void {
    const { sessionId, leg, time } = this.writer;
    const number = ++this.#calls;
    const [model, tokens] = [this.#modelOf(rule, line), tokensAt(rule, line)];
    const counts = countsOf(tokens, costOf(model, tokens, time));
    const call = { leg, results_before: this.#results, model, ...counts };
    this.writer.write('token_usage', call, factIds.usage(sessionId, `${leg}:call:${number}`));
  }

  /** The account of the conversation so far. */
  #total(rule: Rule<'usage'>, line: Line): void {
    const { sessionId, leg, time } = this.writer;
    const [model, tokens] = [this.#modelOf(rule, line), tokensAt(rule, line)];
    const accounts = { [model]: countsOf(tokens, costOfAll(model, tokens, time)) };
    const added = this.#totals.add(this.#conversation, accounts);
    const total = Object.values(accounts).reduce(sumOf, NO_ACCOUNT);
    const summary = {
      leg,
      result_number: ++this.#results,
      total_cost_usd: total.cost_usd,
      total_input_tokens: total.input_tokens,
      total_output_tokens: total.output_tokens,
      cache_creation_tokens: total.cache_creation_tokens,
      cache_read_tokens: total.cache_read_tokens,
      model_usage: accounts,
      ...(added ? { added } : { account_complete: false }),
      ...(this.#conversation === '' ? {} : { agent_session_id: this.#conversation }),
      is_error: false,
    };
    this.writer.write('session_summary', summary, factIds.result(sessionId, leg, this.#results));
  }

  #result({ error }: Rule<'result'>, line: Line): void {
    const answer = this.#lastSaid;
    const failure = error === undefined ? undefined : valueOf(error, line) || 'the agent has failed';
    const verdict = failure === undefined ? { isError: false } : { isError: true, error: errorText(failure) };
    const outcome = { ...verdict, answer, taskResult: taskResultOf(answer), structured: objectOf(answer.trim()) };
    this.#reports.set(this.writer.leg, { hasBegun: true, outcome });
    if (failure !== undefined) this.#noticed(failure, 'error');
  }

  #noticed(message: string, kind: 'error' | 'warning'): void {
    if (message !== '') this.writer.writeReported('agent_notice', { kind, message: errorText(message) });
  }

  #modelOf({ model }: Rule<'usage'>, line: Line): string {
    const named = model === undefined ? this.#model : valueOf(model, line);
    return this.#names.of(named === undefined || named === '' ? UNKNOWN_MODEL : named);
  }
}
