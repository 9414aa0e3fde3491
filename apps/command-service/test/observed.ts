import { randomUUID } from 'node:crypto';

/** What telemetry tells of a call of a model. */
export const call = {
  leg: 1,
  operation: 'messages',
  status: 200,
  input_tokens: 10,
  output_tokens: 5,
  cache_creation_tokens: 2,
  cache_creation_1h_tokens: 0,
  cache_read_tokens: 4,
  cost_usd: '0.01',
  complete: true,
  duration_ms: 250,
  held_ms: 0,
};

const since = Date.now();
/** An event of telemetry, so long after the first one. */
export const observed = (type: string, afterMs: number, data: Readonly<Record<string, unknown>>) => ({
  id: randomUUID(),
  type,
  time: new Date(since + afterMs).toISOString(),
  data,
});
