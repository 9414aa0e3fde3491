import { CONTRACTS } from '@syntropic/catalogue/contracts';
import type { AnyContract, EventMessage } from '@syntropic/kernel';
import { snakeCase } from '@syntropic/live';
import { TELEMETRY } from '@syntropic/telemetry';
import { z } from 'zod';
import { costFields, tokenFields } from '../display/usage-fields';
import { ExecutionDetail } from '../executions/executions.dto';
import { BudgetFrame } from '../live/budget-frames';
import { PlainFrame } from '../live/plain/plain-frames';
import { schemaOf, type Channel, type Schema } from './channel';

const text = { type: 'string' };
const instant = { ...text, format: 'date-time' };
const EXECUTION_ID = { description: 'The execution, by its id or its first characters.' };

/** The server-sent events of the API. A message is the data of one frame; its name is that of the frame. */
export const streamChannels = (): readonly Channel[] => [
  {
    name: 'execution_stream',
    address: '/api/executions/{execution_id}/stream',
    description:
      'All events of an execution as they happen, after a snapshot or after `Last-Event-ID`. It ends with the execution.',
    parameters: { execution_id: EXECUTION_ID },
    messages: [
      { name: 'snapshot', summary: 'The execution when the stream began.', payload: schemaOf(ExecutionDetail) },
      ...executionEvents().map(({ type, schema }) => ({ name: type, payload: domainData(schemaOf(schema)) })),
      ...Object.entries(TELEMETRY).map(([type, schema]) => ({ name: type, payload: telemetryData(schemaOf(schema)) })),
      {
        name: 'tokens',
        summary: 'Sums, whenever they have changed.',
        payload: schemaOf(z.object(tokenFields)),
      },
      {
        name: 'cost',
        summary: 'Sums, whenever they have changed.',
        payload: schemaOf(z.object({ ...costFields, cost_by_model: z.record(z.string(), z.string()) })),
      },
      {
        name: 'budget',
        summary: 'The amounts of the budget, whenever they have changed.',
        payload: schemaOf(BudgetFrame),
      },
    ],
  },
  plainStream(
    'execution_events',
    '/api/sse/executions/{execution_id}',
    'The domain events of an execution, in frames without names.',
  ),
  plainStream(
    'activity',
    '/api/sse/activity',
    'Starts and ends of all executions and sessions, in frames without names.',
  ),
];

/** Events of sessions, artifacts and workspaces are those of their execution too. */
const executionEvents = (): readonly EventMessage[] => {
  const contracts: readonly AnyContract[] = CONTRACTS;
  const types = contracts.flatMap(({ events }) => Object.values<EventMessage>(events));
  return types.filter(({ schema }) => 'executionId' in schema.shape);
};

/** The data of an event with its names in snake_case, and the time of its recording. */
function domainData(schema: Schema): Schema {
  const { properties, ...renamed } = snakeCasedSchema(schema) as Schema & { properties?: Schema };
  return { ...renamed, properties: { ...properties, recorded_at: instant } };
}

function telemetryData(schema: Schema): Schema {
  const { properties } = schema as { properties?: Schema };
  const place = { session_id: text, phase_id: { type: ['string', 'null'] }, time: instant };
  return { ...schema, properties: { ...properties, ...place } };
}

/** The keys of maps keep their names: those are no properties of a schema. */
function snakeCasedSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(snakeCasedSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]: [string, unknown]) => {
      if (key === 'required' && Array.isArray(value)) return [key, value.map(String).map(snakeCase)];
      if (key !== 'properties' || typeof value !== 'object' || value === null) return [key, snakeCasedSchema(value)];
      return [
        key,
        Object.fromEntries(Object.entries(value).map(([name, own]) => [snakeCase(name), snakeCasedSchema(own)])),
      ];
    }),
  );
}

const plainStream = (name: string, address: string, description: string): Channel => ({
  name,
  address,
  description,
  parameters: address.includes('{') ? { execution_id: EXECUTION_ID } : {},
  messages: [{ name: 'frame', payload: schemaOf(PlainFrame) }],
});
