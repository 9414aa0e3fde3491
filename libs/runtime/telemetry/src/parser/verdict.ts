import { errorText } from '@syntropic/kernel';
import { z } from 'zod';
import type { ResultMessage } from './claude-message';
import { objectOf } from './storable-text';

/** What a result says about the agent's work. */
export type Verdict = Readonly<{
  isError: boolean;
  error?: string;
  /** True when the work ended before it was done, although nothing failed. */
  isCutOff?: boolean;
  /** True when the agent could not give an answer of the required form. */
  isMisshapen?: boolean;
}>;

/** Reasons for which a model stops before its answer is complete. */
const CUT_OFF: ReadonlySet<string> = new Set([
  'max_tokens',
  'model_context_window_exceeded',
  'pause_turn',
  'refusal',
  'tool_deferred',
  'tool_use',
]);

const MISSHAPEN = 'error_max_structured_output_retries';

/** Success needs all of its signs: an API failure has the subtype `success`, and a limit of turns may be no error. */
export function verdictOf(result: ResultMessage): Verdict {
  const { subtype = 'no subtype', is_error, terminal_reason: terminal } = result;
  if (is_error !== false || subtype !== 'success') {
    return { isError: true, error: errorOf(result), ...(subtype === MISSHAPEN && { isMisshapen: true }) };
  }
  if (terminal !== undefined && terminal !== 'completed') return cutOff(`terminal_reason ${terminal}`);

  const stop = result.stop_reason ?? '';
  // A structured answer is given by a tool.
  const isAnswer = stop === 'tool_use' && result.structured_output !== undefined;
  return CUT_OFF.has(stop) && !isAnswer ? cutOff(`stop_reason ${stop}`) : { isError: false };
}

const cutOff = (reason: string): Verdict => ({
  isError: true,
  isCutOff: true,
  error: errorText(`the agent was cut off: ${reason}`),
});

/** The agent's own words, or else the kind of its result. */
function errorOf({ errors, result, subtype, is_error }: ResultMessage): string {
  if (errors.length > 0) return errorText(errors.join('\n'));
  if (result !== undefined && is_error !== false) return labelOf(result, subtype);
  return errorText(subtype ? `the agent ended with ${subtype}` : 'the agent ended with a result of an unknown kind');
}

const ProviderError = z.object({ error: z.object({ type: z.string(), message: z.string().catch('') }) });

/** `overloaded_error (HTTP 529)` from `API Error: 529 {"type":"error",…}`; otherwise the start of the agent's text. */
function labelOf(result: string, subtype = 'error'): string {
  const start = result.indexOf('{');
  const provider = start < 0 ? undefined : ProviderError.safeParse(objectOf(result.slice(start).trim())).data;
  if (!provider) return errorText(result || subtype);

  const status = /\b(\d{3})\b/.exec(result.slice(0, start))?.[1];
  const { type, message } = provider.error;
  return errorText(status ? `${type} (HTTP ${status})` : `${type}: ${message}`);
}
