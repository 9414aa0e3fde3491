import { Usd } from '@syntropic/kernel';
import { z } from 'zod';

const count = z.number().int().nonnegative();
const text = z.string().optional();

/** The types of telemetry that runners themselves record: no agent and no hook can report them. */
export const RUNNER_TELEMETRY = {
  /**
   * One call of a model that the runner has passed on, with what the provider's answer says: it is the truth about tokens and cost.
   * `complete` is false when the answer broke before its last count. The status is that of the provider; 502 without an answer.
   */
  model_call: z.looseObject({
    leg: count,
    upstream: z.string(),
    operation: z.string(),
    model: text,
    status: count,
    input_tokens: count,
    output_tokens: count,
    cache_creation_tokens: count,
    /** The part of `cache_creation_tokens` that is kept for an hour. */
    cache_creation_1h_tokens: count,
    cache_read_tokens: count,
    /** Searches in the web that the provider has made for the answer; their fees are in the cost. */
    web_search_requests: count.optional(),
    cost_usd: Usd.nullable(),
    price_table: text,
    complete: z.boolean(),
    duration_ms: count,
    first_byte_ms: count.optional(),
    held_ms: count,
    message_id: text,
    request_id: text,
    /** The sub-agent that has called, by its agent's own id. */
    agent_id: text,
    error: text,
  }),
  /** A call of a model that the runner has not passed on. */
  model_call_refused: z.looseObject({
    upstream: text,
    operation: text,
    code: z.string(),
    status: count,
    message: text,
  }),
  /** A provider refuses calls until a time. */
  model_limit_reached: z.looseObject({ upstream: z.string(), resets_at: z.string() }),
  /** A connection that an agent has asked for to another host, through the runner. */
  egress_connection: z.looseObject({
    host: z.string(),
    port: count,
    outcome: z.enum(['closed', 'refused', 'failed']),
    reason: text,
    sent_bytes: count,
    received_bytes: count,
    duration_ms: count,
  }),
  /** A command of a workspace's set-up begins, the first as number 1. */
  setup_command_started: z.looseObject({ number: count, of: count, command: z.string() }),
  /** Without an exit code it was ended by a signal. */
  setup_command_ended: z.looseObject({
    number: count,
    of: count,
    exit_code: count.optional(),
    signal: text,
    duration_ms: count,
  }),
  /** The files that a set-up has made are kept for later ones. */
  setup_kept: z.looseObject({ bytes: count, duration_ms: count }),
  setup_not_kept: z.looseObject({ reason: z.string() }),
  /** A set-up was not run: its workspace has the files that the same one has made at that time. */
  setup_reused: z.looseObject({ commands: count, bytes: count, made_at: z.string(), duration_ms: count }),
} as const satisfies Record<string, z.ZodObject>;

/** Their names. */
export const RUNNER_TYPES = Object.keys(RUNNER_TELEMETRY) as readonly (keyof typeof RUNNER_TELEMETRY)[];
