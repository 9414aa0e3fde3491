/** The tokens that an answer claims. Input excludes what was read from or written to the cache, in the sense of Anthropic's API. */
export interface ModelUsage {
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly cacheReadTokens: number;
  readonly cacheWrite5mTokens: number;
  readonly cacheWrite1hTokens: number;
  readonly webSearches: number;
  /** A part of the output. */
  readonly reasoningTokens: number;
}

interface ToolCall {
  readonly name: string;
  readonly input: object;
  /** Made up by the server when absent. */
  readonly id?: string;
}

/** A turn of the model: text, then tool calls. */
export interface ModelTurn {
  readonly text?: string;
  readonly tools?: readonly ToolCall[];
  /** Anthropic's word; by default `tool_use` with tools and `end_turn` without. */
  readonly stopReason?: string;
  /** Overrides `DEFAULT_USAGE`. */
  readonly usage?: Partial<ModelUsage>;
  /** The model that the answer names; by default the requested one. */
  readonly model?: string;
  /** The number of deltas that the text comes in; 1 by default. */
  readonly deltas?: number;
  /** Time between two events of a stream. */
  readonly eventGapMs?: number;
  /** The stream stands still after its first event until the promise resolves. */
  readonly until?: Promise<unknown>;
  /** Resets the connection: instead of an answer, or in the middle of the stream. */
  readonly breaks?: 'before_headers' | 'in_stream';
}

/** An answer with an HTTP error status. */
export interface ModelRefusal {
  readonly status: number;
  /** The API's word; by default the one that belongs to the status. */
  readonly type?: string;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export type ModelAnswer = ModelTurn | ModelRefusal;

const DEFAULT_USAGE: ModelUsage = {
  inputTokens: 1_000,
  outputTokens: 50,
  cacheReadTokens: 0,
  cacheWrite5mTokens: 0,
  cacheWrite1hTokens: 0,
  webSearches: 0,
  reasoningTokens: 0,
};

export const isRefusal = (answer: ModelAnswer): answer is ModelRefusal => 'status' in answer;

export const usageOf = (turn: ModelTurn): ModelUsage => ({ ...DEFAULT_USAGE, ...turn.usage });

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  402: 'billing_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

export const errorOf = ({ status, type, message }: ModelRefusal) => ({
  type: type ?? ERROR_TYPES[status] ?? 'api_error',
  message: message ?? `the script answers with ${status}`,
});
