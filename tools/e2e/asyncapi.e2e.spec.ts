import schema from '@asyncapi/specs/schemas/3.1.0-without-$id.json';
import { connectNats, drainAndClose } from '@syntropic/messaging';
import { eventually } from '@syntropic/testing';
import Ajv, { type ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import type { Msg, NatsConnection } from 'nats';
import { usePlatform } from './platform';
import { shell, simulated, workflow } from './workflows';

const platform = usePlatform();

type Message = Readonly<{ payload: object; headers?: object }>;
type Document = Readonly<{
  channels: Readonly<
    Record<string, Readonly<{ address: string; messages: Readonly<Record<string, { $ref: string }>> }>>
  >;
  components: Readonly<{ messages: Readonly<Record<string, Message>> }>;
}>;

let document: Document;
let nats: NatsConnection;
const received: Msg[] = [];
const frames: { event: string; data: unknown }[] = [];
/** The frames of the same execution for clients of unnamed ones. */
let unnamed: readonly unknown[] = [];

const ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, logger: false }));
const checks = new Map<object, ValidateFunction>();

/** The faults of a value against the schema, for people. */
function faultsIn(value: unknown, against: object): string {
  const check = checks.get(against) ?? ajv.compile(against);
  checks.set(against, check);
  return check(value) ? '' : ajv.errorsText(check.errors);
}

/** The channel whose address has this subject, with dots between its parts. */
function channelOf(subject: string): string | undefined {
  return Object.entries(document.channels).find(([, { address }]) =>
    new RegExp(`^${address.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^.]+')}$`).test(subject),
  )?.[0];
}

/** What the document does not say about a message of the bus. */
function faultsOf(message: Msg): readonly string[] {
  const channel = channelOf(message.subject);
  if (channel === undefined) return [`no channel has ${message.subject}`];
  const headers = Object.fromEntries((message.headers?.keys() ?? []).map((key) => [key, message.headers?.get(key)]));
  const [only] = Object.keys(document.channels[channel]?.messages ?? {});
  const name = headers['ce-type'] ?? only ?? '';
  const declared = messageOf(channel, name);
  if (!declared) return [`${channel} has no message ${name}`];

  const text = message.string();
  const faults = [
    faultsIn(text === '' ? '' : JSON.parse(text), declared.payload),
    declared.headers ? faultsIn(headers, declared.headers) : '',
  ];
  return faults.filter(Boolean).map((fault) => `${channel}.${name}: ${fault}`);
}

const messageOf = (channel: string, name: string): Message | undefined =>
  document.components.messages[`${channel}.${name}`];

beforeAll(async () => {
  document = (await platform.get('/api/asyncapi.json')).body as Document;
  nats = await connectNats({ url: platform.busFor('operator'), name: 'listener' });
  nats.subscribe('>', {
    callback: (_, message) => {
      received.push(message);
    },
  });
  await nats.flush();
  const work = 'mkdir -p artifacts/output && echo done > artifacts/output/done.txt';
  await platform.createWorkflow(workflow('heard', simulated('turns: 3, delay_ms: 20'), shell(work)));
  const id = await platform.execute('heard', { max_budget_usd: 5 });
  const plain = fetch(`${platform.url}/api/sse/executions/${id}`).then((response) => response.text());
  for await (const { event, data } of platform.frames(id)) frames.push({ event, data: JSON.parse(data) as unknown });
  unnamed = [...(await plain).matchAll(/^data: (.+)$/gm)].map(([, data = '']): unknown => JSON.parse(data));
  await eventually(() => received.some(({ subject }) => subject.endsWith('.WorkspaceTerminated')));
});
afterAll(() => drainAndClose(nats));

describe('the AsyncAPI document', () => {
  it('is valid', () => {
    const check = addFormats(new Ajv({ strict: false, allErrors: true, logger: false })).compile(schema);
    expect(check(document) ? [] : check.errors).toEqual([]);
  });

  it('describes every message of an execution on the bus, with its headers', () => {
    const told = received.filter(({ subject }) => /^(domain|telemetry|live|log)\./.test(subject));
    const faults = told.flatMap(faultsOf);
    const heard = new Set(told.map(({ subject }) => channelOf(subject)));

    expect(faults).toEqual([]);
    const domain = ['execution', 'workflow', 'workspace'].map((aggregate) => `orchestration.${aggregate}`);
    const others = ['agent_sessions.session', 'artifacts.artifact', 'telemetry', 'live', 'log.head'];
    // Only a replica without the relay sends it: here one may at the start.
    heard.delete('log.appended');
    expect([...heard].sort()).toEqual([...domain, ...others].sort());
  });

  it('describes every frame of its stream', () => {
    const faults = frames.flatMap(({ event, data }) => {
      const declared = messageOf('execution_stream', event);
      const fault = declared ? faultsIn(data, declared.payload) : 'it is not in the document';
      return fault ? [`${event}: ${fault}`] : [];
    });
    expect(faults).toEqual([]);
    const events = frames.map(({ event }) => event);
    expect(events).toEqual(
      expect.arrayContaining(['snapshot', 'PhaseStarted', 'tool_execution_started', 'tokens', 'cost', 'budget']),
    );
  });

  it('describes every unnamed frame', () => {
    const payload = messageOf('execution_events', 'frame')?.payload ?? {};

    expect(unnamed.flatMap((frame) => faultsIn(frame, payload) || [])).toEqual([]);
    expect(unnamed.at(0)).toMatchObject({ type: 'connected' });
    expect(unnamed.at(-1)).toMatchObject({ type: 'terminal' });
    expect(unnamed).toContainEqual(expect.objectContaining({ event_type: 'OperationRecorded' }));
  });
});
