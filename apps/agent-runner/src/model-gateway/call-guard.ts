/** A call before it goes out. */
export type PlannedCall = Readonly<{
  callId: string;
  sessionId: string;
  upstream: string;
  operation: string;
  /** As the request names it; the answer may name another one. */
  model: string | undefined;
  /** The sub-agent that calls, by its agent's own id. */
  agentId: string | undefined;
  /** The size of the request's body. */
  bytes: number;
  /** The most tokens of the answer, as the request limits it. */
  maxOutputTokens: number | undefined;
  /** False for requests that call no model. */
  isMetered: boolean;
}>;

/** The reason for which a call must not go out. Agents do not repeat it. */
export type CallRefusal = Readonly<{ status: 402 | 403; code: string; message: string }>;

/** `wait`: the call is asked about again later, and a pause may begin meanwhile. */
export type CallVerdict = CallRefusal | 'wait' | undefined;

/** The figures of a call that has ended. */
export type SettledCall = Readonly<{
  tokens: Readonly<{
    inputTokens: number;
    outputTokens: number;
    cacheCreationTokens: number;
    cacheReadTokens: number;
    cacheCreation1hTokens: number;
  }>;
  /** `null` for a model without a known price. */
  costUsd: string | null;
  isComplete: boolean;
}>;

/** Decides about a session's calls, and learns what they have used. */
export interface CallGuard {
  /** Called when nothing else keeps the call; undefined lets it go out. */
  authorize(call: PlannedCall): CallVerdict | Promise<CallVerdict>;
  /** Called once for each call that went out, before its agent sees the end of the answer. */
  settle?(call: PlannedCall, settled: SettledCall): void;
  /** The provider refuses calls until a time (milliseconds since the epoch). True keeps the call until a pause has passed; otherwise its agent sees the refusal. */
  limitReached?(call: PlannedCall, resetsAt: number): Promise<boolean>;
}
