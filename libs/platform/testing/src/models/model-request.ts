import type { IncomingHttpHeaders } from 'node:http';
import type { ModelRefusal, ModelTurn, ModelUsage } from './model-answer';

/** The APIs that the server speaks. */
type ModelApi = 'anthropic-messages' | 'openai-responses';

interface ToolResult {
  readonly id: string;
  readonly text: string;
  readonly isError: boolean;
}

/** A request for an answer of a model, in the terms of both APIs. */
export interface ModelRequest {
  readonly api: ModelApi;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
  readonly model: string;
  /** The client's id of the conversation, from its headers. */
  readonly session: string | undefined;
  /** The client's id of a sub-agent, from its headers. */
  readonly agent: string | undefined;
  /** All text since the model's last answer. */
  readonly text: string;
  /** The results since the model's last answer. */
  readonly toolResults: readonly ToolResult[];
}

/** A request as the log has it. */
export interface LoggedRequest extends ModelRequest {
  /** `open` until the answer has ended; `client_gone`: the client closed its connection first. */
  readonly end: 'open' | 'answered' | 'refused' | 'broken' | 'client_gone';
  /** Milliseconds since 1970; undefined while open. */
  readonly endedAt: number | undefined;
  /** Undefined before the headers. */
  readonly status: number | undefined;
  /** The tokens that were claimed; undefined for refusals, and for streams that ended before they named them. */
  readonly usage: ModelUsage | undefined;
}

/** An API's dialect: reads requests and writes answers. */
export interface Dialect {
  readonly api: ModelApi;
  readonly path: RegExp;
  parse(body: Readonly<Record<string, unknown>>): Pick<ModelRequest, 'text' | 'toolResults'>;
  /** The events of a stream, in order; the last ones claim the usage. */
  events(turn: ModelTurn, request: ModelRequest, id: string): readonly StreamEvent[];
  /** The answer to a request that asks for no stream. */
  document(turn: ModelTurn, request: ModelRequest, id: string): object;
  refusal(refusal: ModelRefusal, id: string): object;
}

export interface StreamEvent {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** A value of a parsed body as an object; its fields are unknown. */
export const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};

export const items = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

export const string = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The text of a content: a string, or blocks of which some have text. */
export const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : items(content)
        .map((block) => string(fields(block).text))
        .filter(Boolean)
        .join('\n');
