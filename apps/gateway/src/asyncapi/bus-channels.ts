import { CONTRACTS } from '@syntropic/catalogue/contracts';
import type { AnyContract, EventMessage } from '@syntropic/kernel';
import { LiveFrame, liveSubject } from '@syntropic/live';
import { domainSubject, LOG_APPENDED, LOG_HEAD } from '@syntropic/messaging';
import { SHARED_TELEMETRY, SpooledBatch, telemetrySubject } from '@syntropic/telemetry';
import { schemaOf, type Channel, type Schema } from './channel';

const text = { type: 'string' };
const EXECUTION_ID = { description: 'The execution.' };

/** The headers of a domain event. NATS has texts alone. */
const EVENT_HEADERS: Schema = {
  type: 'object',
  required: [
    'ce-specversion',
    'ce-id',
    'ce-type',
    'ce-source',
    'ce-subject',
    'ce-time',
    'Syn-Position',
    'Syn-Epoch',
    'Syn-Version',
    'Syn-Metadata',
  ],
  properties: {
    'ce-specversion': { const: '1.0' },
    'ce-id': { ...text, description: 'The event; the same for each delivery.' },
    'ce-type': { ...text, description: 'The type of the event.' },
    'ce-source': { ...text, description: '`/<context>/<aggregate>`.' },
    'ce-subject': { ...text, description: 'The stream, `<aggregate>-<id>`, percent-encoded.' },
    'ce-time': { ...text, format: 'date-time', description: 'When the log recorded it.' },
    'ce-traceparent': text,
    'ce-dataref': { ...text, description: 'Instead of a payload that is too large for a message: the log has it.' },
    'content-type': { const: 'application/json' },
    'Syn-Position': { ...text, pattern: '^[0-9]+$', description: 'Its position in the log: dense, from 1.' },
    'Syn-Epoch': { ...text, description: 'The log that the position belongs to; a restored log has another.' },
    'Syn-Version': { ...text, pattern: '^[0-9]+$', description: 'Its number in its stream, from 1.' },
    'Syn-Metadata': {
      ...text,
      description: 'JSON, percent-encoded: who caused it, and the ids of command, cause and request.',
    },
  },
};

/** The subjects that other services may read. */
export const busChannels = (): readonly Channel[] => [
  ...CONTRACTS.map(domainChannel),
  {
    name: 'telemetry',
    address: telemetrySubject('{execution_id}', '{session_id}'),
    description: 'What agents print and do, in batches, before it is stored. A batch may come again.',
    parameters: { execution_id: EXECUTION_ID, session_id: { description: 'The session of the agent.' } },
    messages: [{ name: 'batch', payload: schemaOf(SpooledBatch) }],
  },
  {
    name: 'shared-telemetry',
    address: SHARED_TELEMETRY,
    description:
      'The same batches of several sessions of a runner that were ready together: one JSON text on each line.',
    parameters: {},
    messages: [{ name: 'batch', payload: schemaOf(SpooledBatch) }],
  },
  {
    name: 'live',
    address: liveSubject('{execution_id}'),
    description:
      'Events and telemetry of an execution once they are stored, without guarantee of delivery: the tables have what was lost.',
    parameters: { execution_id: EXECUTION_ID },
    messages: [{ name: 'frame', payload: schemaOf(LiveFrame) }],
  },
  {
    name: 'log.head',
    address: LOG_HEAD,
    description: 'The end of the log, each second.',
    parameters: {},
    messages: [
      {
        name: 'head',
        payload: {
          type: 'object',
          required: ['position', 'epoch'],
          properties: { position: { type: 'integer' }, epoch: text },
        },
      },
    ],
  },
  {
    name: 'log.appended',
    address: LOG_APPENDED,
    description: 'Events were appended to the log by a replica that does not run the relay.',
    parameters: {},
    messages: [{ name: 'appended', payload: { type: 'string', maxLength: 0 } }],
  },
];

function domainChannel({ context, aggregate, events }: AnyContract): Channel {
  const types = Object.values<EventMessage>(events);
  const braced = { id: '__id__', type: '__type__' };
  return {
    name: `${context}.${aggregate}`.replaceAll('-', '_'),
    address: domainSubject(context, aggregate, braced.id, braced.type).replace(/__(\w+?)__/g, '{$1}'),
    description: `The events of each ${aggregate}.`,
    parameters: {
      id: { description: 'The id, percent-encoded with dots and wildcards.' },
      type: { description: 'The type of the event.', enum: types.map(({ type }) => type) },
    },
    messages: types.map(({ type, schema }) => ({ name: type, headers: EVENT_HEADERS, payload: schemaOf(schema) })),
  };
}
