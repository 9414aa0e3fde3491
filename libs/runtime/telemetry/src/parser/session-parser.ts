import { OutputMapping, type Usage } from '@syntropic/kernel';
import { z } from 'zod';
import { isTelemetryType, type TelemetryType } from '../catalogue';
import { reportedContent, reportedFactId, reportedFactIn } from '../ingest/reported-fact';
import { factIds, type TelemetryEvent } from '../telemetry-event';
import type { LegEnd } from '../totals';
import { ClaudeConversation } from './claude-conversation';
import { EventWriter, type ParsedSession } from './event-writer';
import { hookEventOf, writeHook } from './hook-event';
import type { LegReport } from './leg-report';
import { MappedConversation } from './mapped-conversation';
import { RunnerRecords } from './runner-records';
import { isTooLarge, objectOf, startOf } from './storable-text';

/** `text`: lines of a plain program; a mapping: JSON lines of another agent. Agents declare their protocol. */
export const AgentOutput = z.union([z.enum(['text', 'claude-stream-json']), OutputMapping]);
export type AgentOutput = z.infer<typeof AgentOutput>;

/** What several sources tell of a tool. */
const TOOL_MOMENTS: ReadonlySet<TelemetryType> = new Set([
  'tool_execution_started',
  'tool_execution_completed',
  'tool_execution_failed',
]);

/** A reader of an agent's protocol. */
type Conversation = Pick<ClaudeConversation, 'read' | 'firstModel' | 'endLeg'> &
  Readonly<{ reportOf(leg: number): LegReport | undefined }>;

function conversationOf(output: AgentOutput, writer: EventWriter): Conversation | undefined {
  if (output === 'text') return undefined;
  return output === 'claude-stream-json' ? new ClaudeConversation(writer) : new MappedConversation(writer, output);
}

/** The origin of a line; `runner`: a notification of the runner itself; `setup`: a command before the agent; `reported`: a fact from the session socket. */
type OutputStream = 'stdout' | 'stderr' | 'runner' | 'setup' | 'reported';

/**
 * Parses the lines of an agent's output into telemetry, for one session. Deterministic: the same lines, numbers and times
 * give the same events with the same ids, so a spool can be parsed again from its start. No line makes it fail.
 */
export class SessionParser {
  readonly #writer: EventWriter;
  readonly #records: RunnerRecords;
  /** Undefined for an agent without a protocol. */
  readonly #conversation: Conversation | undefined;
  /** The output names a tool by the same id as hooks and exporters, and tells more of it: its thread, its text and its place. */
  readonly #tellsTools: boolean;

  constructor(session: ParsedSession, output: AgentOutput) {
    this.#writer = new EventWriter(session);
    this.#records = new RunnerRecords(this.#writer);
    this.#conversation = conversationOf(output, this.#writer);
    this.#tellsTools = output === 'claude-stream-json';
  }

  /** The session's usage according to the lines so far. */
  get usage(): Usage {
    return this.#writer.usage;
  }

  /** The number of events so far. */
  get events(): number {
    return this.#writer.events;
  }

  /** Undefined for an agent without a protocol. */
  reportOf(leg: number): LegReport | undefined {
    return this.#conversation?.reportOf(leg);
  }

  /** The model that the agent began with; undefined before it has, and for a plain program. */
  get model(): string | undefined {
    return this.#conversation?.firstModel;
  }

  /** @param time of reading the line; ISO 8601. */
  line(text: string, lineNumber: number, time: string, stream: OutputStream = 'stdout'): TelemetryEvent[] {
    this.#writer.at(lineNumber, time);
    if (stream === 'setup') this.#setUp(text, lineNumber);
    else if (stream === 'reported') this.#reported(text);
    else {
      const message = objectOf(text.trim());
      if (!message || !this.#isRead(message, stream)) this.#printed('agent_output', text, lineNumber);
    }
    return this.#writer.take();
  }

  /** Ends a leg. Later lines belong to the next one, which starts at this time. */
  end(ended: LegEnd, time: string): TelemetryEvent[] {
    const { leg, sessionId } = this.#writer;
    this.#writer.at(0, time);
    this.#writer.writeHeld();
    this.#writer.write('leg_ended', { leg, ended, duration_ms: this.#writer.msOfLeg }, factIds.legEnd(sessionId, leg));
    this.#writer.startLeg();
    this.#conversation?.endLeg(ended);
    return this.#writer.take();
  }

  /** Commands before the agent speak no protocol, and their time is none of the agent's. */
  #setUp(text: string, lineNumber: number): void {
    this.#writer.postponeLeg();
    this.#printed('setup_output', text, lineNumber);
  }

  /** What a program of the workspace has reported at the session socket; its accounts are not believed. */
  #reported(text: string): void {
    const fact = reportedFactIn(text);
    if (!fact) return;
    const { type, data } = reportedContent(fact);
    const id = reportedFactId({ ...fact, sessionId: this.#writer.sessionId });
    if (this.#tellsTools && TOOL_MOMENTS.has(type)) this.#writer.hold({ type, data, fact: id });
    else this.#writer.writeReported(type, data, id);
  }

  /** False for an object that is plain output, also because it is nested too deeply for JSON.stringify. */
  #isRead(message: Readonly<Record<string, unknown>>, stream: OutputStream): boolean {
    try {
      return this.#message(message, stream);
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  }

  /** Hooks report on any stream; an agent's protocol is that of its standard output. */
  #message(message: Readonly<Record<string, unknown>>, stream: OutputStream): boolean {
    const conversation = stream === 'stdout' ? this.#conversation : undefined;
    const hook = hookEventOf(message);
    if (hook && stream === 'runner' && this.#records.read(hook)) return true;
    const isHook = hook && (conversation !== undefined || isTelemetryType(hook.type));
    if (isHook) writeHook(this.#writer, hook);
    else conversation?.read(message);
    return isHook === true || conversation !== undefined;
  }

  /** Several short lines that were printed together are one row. */
  #printed(type: 'agent_output' | 'setup_output', text: string, lineNumber: number): void {
    const lines = text.split('\n').length;
    const joined = lines > 1 ? { lines } : {};
    const truncated = isTooLarge(text) ? { truncated: true as const, line: lineNumber } : {};
    this.#writer.write(type, { text: startOf(text), ...joined, ...truncated });
  }
}
