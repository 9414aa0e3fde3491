import { nameText } from '@syntropic/kernel';
import type { NumberedEvent } from '@syntropic/telemetry';
import { outcomeOf } from '../events/event-views';

/** A call as it was told; a correction shows what it adds. */
export function modelCall({ time, data }: NumberedEvent) {
  const added = data['added'];
  const figures = typeof added === 'object' && added !== null ? { ...data, ...added } : data;
  const count = (name: string) => (Number.isSafeInteger(figures[name]) ? Number(figures[name]) : null);
  return {
    timestamp: time,
    model: textOf(data['model']),
    input_tokens: count('input_tokens'),
    output_tokens: count('output_tokens'),
    cache_creation_tokens: count('cache_creation_tokens'),
    cache_read_tokens: count('cache_read_tokens'),
    cost_usd: textOf(figures['cost_usd']),
  };
}

export const toolEntry = (event: NumberedEvent) => ({
  observation_id: event.id,
  operation_type: event.type,
  tool_use_id: textOf(event.data['tool_use_id']),
  timestamp: event.time,
  ...outcomeOf(event),
});

const textOf = (value: unknown): string | null => (typeof value === 'string' ? nameText(value) : null);
