import type { agentSession } from '@syntropic/agent-sessions/contracts';
import type { EventLog } from '@syntropic/event-store';
import type { EventOf, Recorded } from '@syntropic/kernel';
import { otlpRequestBytes, type EventLists, type NumberedEvent, type TelemetryReader } from '@syntropic/telemetry';
import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import { executionSpans } from './execution-spans';
import { traceExport, type Ended } from './export-traces.process';
import { sessionSpans, TRACED, withShortTexts, type EndedSession } from './session-spans';
import { traceRequest, type Span } from './span';

type Options = Readonly<{
  /** The base of an OTLP receiver, below which `/v1/traces` is; without it nothing is exported. */
  endpoint: string | undefined;
  headers: Readonly<Record<string, string>>;
  log: Pick<EventLog, 'readStream'>;
  telemetry: TelemetryReader;
  lists: EventLists;
  warnings: Pick<Logger, 'warn'>;
}>;

/** Executions that have ended longer ago are not exported: their traces are of no use to watchers. */
const OLDEST_MS = 24 * 60 * 60 * 1_000;
const ANSWERS_WITHIN_MS = 10_000;
/** Events of one stream, and of one session's telemetry, that become spans. */
const MAX_EVENTS = 10_000;
const PAGE = 1_000;
const PAGE_BYTES = 4 * 1024 * 1024;
/** Spans of one request. */
const MAX_SPANS = 2_000;
const TELEMETRY_WITHIN_MS = 5_000;
const LOOK_EVERY_MS = 200;
const TOO_MANY_REQUESTS = 429;

/** Sends spans to an OTLP receiver, in Protobuf over HTTP. */
export class TraceExporter {
  constructor(private readonly options: Options) {}

  /** For the process that requests exports. */
  get handlers() {
    return traceExport.handler((ended) => this.export(ended));
  }

  /** @throws while the receiver is away: the export is tried again */
  async export(ended: Ended): Promise<void> {
    const { endpoint } = this.options;
    if (endpoint === undefined || Date.now() - Date.parse(ended.recordedAt) > OLDEST_MS) return;
    const address = `${endpoint.replace(/\/+$/, '')}/v1/traces`;
    const spans = ended.of === 'execution' ? await this.#ofExecution(ended.id) : await this.#ofSession(ended);
    for (let from = 0; from < spans.length; from += MAX_SPANS) {
      await this.#send(address, spans.slice(from, from + MAX_SPANS));
    }
  }

  async #ofExecution(executionId: string): Promise<readonly Span[]> {
    return executionSpans(executionId, await this.#stream(`execution-${executionId}`));
  }

  async #ofSession({ id, telemetryEvents }: Ended): Promise<readonly Span[]> {
    const session = endedSession(await this.#stream(`session-${id}`));
    return session ? sessionSpans(session, await this.#telemetry(id, telemetryEvents)) : [];
  }

  async #stream(stream: string): Promise<readonly Recorded[]> {
    const events: Recorded[] = [];
    for (let page = await this.#page(stream, events); page.length > 0; page = await this.#page(stream, events)) {
      events.push(...page);
      if (events.length >= MAX_EVENTS) break;
    }
    return events;
  }

  #page(stream: string, known: readonly Recorded[]): Promise<readonly Recorded[]> {
    return this.options.log.readStream(stream, known.at(-1)?.version ?? 0, PAGE);
  }

  /** All of the session's telemetry that was counted at its end, or what there is after five seconds. */
  async #telemetry(sessionId: string, counted: number): Promise<readonly NumberedEvent[]> {
    const { telemetry } = this.options;
    const deadline = performance.now() + TELEMETRY_WITHIN_MS;
    const isStored = async () => ((await telemetry.sessionTotals(sessionId))?.events ?? 0) >= counted;
    while (!(await isStored()) && performance.now() < deadline) await pause(LOOK_EVERY_MS);
    return this.#traced(sessionId);
  }

  /** Reads page by page, and keeps of each event what spans show: texts of agents may be long. */
  async #traced(sessionId: string): Promise<readonly NumberedEvent[]> {
    const about = { sessionId, among: TRACED, order: 'oldest_first', limit: PAGE, maxBytes: PAGE_BYTES } as const;
    const found: NumberedEvent[] = [];
    let page = await this.options.lists.page(about);
    found.push(...page.events.map(withShortTexts));
    while (page.next && found.length < MAX_EVENTS) {
      page = await this.options.lists.page({ ...about, after: page.next });
      found.push(...page.events.map(withShortTexts));
    }
    return found;
  }

  async #send(address: string, spans: readonly Span[]): Promise<void> {
    const { headers, warnings } = this.options;
    const answer = await fetch(address, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-protobuf' },
      body: otlpRequestBytes('traces', traceRequest(spans)),
      signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
    });
    const text = await answer.text();
    if (answer.ok) return;
    const isFinal = answer.status < 500 && answer.status !== TOO_MANY_REQUESTS;
    if (!isFinal) throw new Error(`the receiver of traces answers with ${answer.status}`);
    // Sent again it would be refused again.
    warnings.warn({ status: answer.status, answer: text.slice(0, 500) }, 'spans were refused and are not exported');
  }
}

function endedSession(events: readonly Recorded[]): EndedSession | undefined {
  const known = events as readonly Recorded<EventOf<typeof agentSession>>[];
  const started = known.find(({ type }) => type === 'SessionStarted');
  const completed = known.find(({ type }) => type === 'SessionCompleted');
  if (started?.type !== 'SessionStarted' || completed?.type !== 'SessionCompleted') return undefined;
  const { sessionId, executionId, provider } = started.data;
  const { status, error, model = started.data.model } = completed.data;
  const [startedAt, endedAt] = [started.recordedAt, completed.recordedAt];
  return { sessionId, executionId, provider, model, status, error, startedAt, endedAt };
}
