import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { anthropicMessages } from './anthropic-messages';
import { isRefusal, usageOf, type ModelAnswer, type ModelRefusal, type ModelTurn } from './model-answer';
import { fields, string, type Dialect, type LoggedRequest, type ModelRequest } from './model-request';
import { openaiResponses } from './openai-responses';

/** Decides the answer to a request; a promise holds the request until it resolves. */
type ModelScript = (request: ModelRequest) => ModelAnswer | Promise<ModelAnswer>;

/** A request beyond the script: clients do not repeat a 400. */
const NO_ANSWER: ModelRefusal = { status: 400, message: 'the script has no answer to this request' };

const DIALECTS = [anthropicMessages, openaiResponses];

/** Gives each conversation, and each of its sub-agents, the answers in this order. */
export function inOrder(...answers: readonly ModelAnswer[]): ModelScript {
  const given = new Map<string, number>();
  return ({ session, agent }) => {
    const conversation = JSON.stringify([session, agent]);
    const n = given.get(conversation) ?? 0;
    given.set(conversation, n + 1);
    return answers[n] ?? NO_ANSWER;
  };
}

type Open = { -readonly [Field in keyof LoggedRequest]: LoggedRequest[Field] };

/** A server of the providers' model APIs that answers by a script, claims the script's usage and keeps a log of its requests. */
export class ScriptedModels {
  readonly #requests: Open[] = [];
  #received = 0;
  #script: ModelScript = () => NO_ANSWER;

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      this.#serve(request, response).catch((error: unknown) => response.destroy(error as Error));
    });
  }

  static async start(script?: ModelScript): Promise<ScriptedModels> {
    const server = createServer();
    const models = new ScriptedModels(server);
    if (script) models.answer(script);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return models;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Every request for an answer, in order of arrival, since the last `clear`. */
  get requests(): readonly LoggedRequest[] {
    return this.#requests;
  }

  /** Replaces the script for the requests that arrive from now on. */
  answer(script: ModelScript): void {
    this.#script = script;
  }

  /** Empties the log. */
  clear(): void {
    this.#requests.length = 0;
  }

  /** Closes all connections. */
  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = Date.now();
    const { method, url: path = '', headers } = incoming;
    const dialect = DIALECTS.find((candidate) => method === 'POST' && candidate.path.test(path));
    if (!dialect) {
      incoming.resume();
      response.writeHead(404).end();
      return;
    }
    const body = fields(await json(incoming));
    const { api } = dialect;
    const request = {
      api,
      at,
      path,
      headers,
      body,
      model: string(body.model),
      ...conversationOf(headers),
      ...dialect.parse(body),
    };
    const entry: Open = { ...request, end: 'open', endedAt: undefined, status: undefined, usage: undefined };
    this.#requests.push(entry);
    const id = `${++this.#received}`.padStart(6, '0');
    response.on('close', () => {
      if (entry.end === 'open') entry.end = 'client_gone';
      entry.endedAt = Date.now();
    });

    const answer = await this.#answerTo(request);
    if (response.destroyed) return;
    if (isRefusal(answer)) refuse(answer, { dialect, entry, response, id });
    else await say(answer, { dialect, entry, response, id });
  }

  /** The client learns why a script has failed. */
  async #answerTo(request: ModelRequest): Promise<ModelAnswer> {
    try {
      return await this.#script(request);
    } catch (error) {
      return { status: 400, message: `the script has failed: ${String(error)}` };
    }
  }
}

/** Claude Code and Codex name their conversations in different headers. */
const conversationOf = (headers: IncomingMessage['headers']) => ({
  session: header(headers, 'x-claude-code-session-id') ?? header(headers, 'session-id'),
  agent: header(headers, 'x-claude-code-agent-id'),
});

function header(headers: IncomingMessage['headers'], name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

type Exchange = Readonly<{ dialect: Dialect; entry: Open; response: ServerResponse; id: string }>;

function refuse(refusal: ModelRefusal, { dialect, entry, response, id }: Exchange): void {
  entry.status = refusal.status;
  entry.end = 'refused';
  response.writeHead(refusal.status, {
    'content-type': 'application/json',
    'request-id': `req_${id}`,
    ...refusal.headers,
  });
  response.end(JSON.stringify(dialect.refusal(refusal, `req_${id}`)));
}

async function say(turn: ModelTurn, exchange: Exchange): Promise<void> {
  const { dialect, entry, response, id } = exchange;
  if (turn.breaks === 'before_headers') {
    breakOff(exchange);
    return;
  }
  entry.status = 200;
  const isStream = entry.body.stream === true;
  response.writeHead(200, {
    'content-type': isStream ? 'text/event-stream' : 'application/json',
    'request-id': `req_${id}`,
  });
  if (isStream) await stream(turn, exchange);
  else response.write(JSON.stringify(dialect.document(turn, entry, id)));
  if (response.destroyed || entry.end === 'broken') return;
  entry.usage = usageOf(turn);
  entry.end = 'answered';
  response.end();
}

/** From the end: the API's claim of the usage is not sent. */
const BREAKS_BEFORE = 2;

/** Writes the events; returns early when the connection is closed. */
async function stream(turn: ModelTurn, exchange: Exchange): Promise<void> {
  const { dialect, entry, response, id } = exchange;
  const events = dialect.events(turn, entry, id);
  for (const [n, event] of events.entries()) {
    if (response.destroyed) return;
    if (turn.breaks === 'in_stream' && n === events.length - BREAKS_BEFORE) {
      breakOff(exchange);
      return;
    }
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    if (n === 0 && turn.until) await turn.until;
    if (turn.eventGapMs !== undefined) await wait(turn.eventGapMs);
  }
}

function breakOff({ entry, response }: Exchange): void {
  entry.end = 'broken';
  response.socket?.resetAndDestroy();
}
