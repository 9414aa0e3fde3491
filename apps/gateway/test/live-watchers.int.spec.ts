import { eventually } from '@syntropic/testing';
import { get, type IncomingMessage } from 'node:http';
import { useEventStreams, type EventStreamClient } from './event-stream-client';
import { useGateway } from './gateway.fixture';
import { anExecutionOf } from './live-execution';

const gateway = useGateway();
const open = useEventStreams();

const pathOf = (executionId: string, query = '') => `${gateway.url}/api/executions/${executionId}/stream${query}`;

const textsOf = ({ frames }: EventStreamClient) =>
  frames.filter(({ event }) => event === 'agent_output').map(({ data }) => Number(data['text']));

const numbers = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

/** A client, and the first text that it has to receive. */
type Watching = Readonly<{ client: EventStreamClient; from?: number }>;

/** A client that goes on after the last frame of another one. */
function resumedAfter({ frames }: EventStreamClient, executionId: string): Watching {
  const last = frames.at(-1);
  const from = last?.event === 'agent_output' ? Number(last.data['text']) + 1 : 0;
  return { client: open(pathOf(executionId), last?.id), from };
}

const freshFor = (executionId: string): Watching => ({ client: open(pathOf(executionId)) });

async function metric(name: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  return Number(new RegExp(`^${name}(?:\\{.*\\})? (\\d+)$`, 'm').exec(text)?.[1]);
}

describe('watchers of one execution', () => {
  it('that come at any time, with or without an id, each get everything once and in order', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId } = execution;
    const first = open(pathOf(executionId));
    await eventually(() => first.events.includes('snapshot'));
    const watchers: Watching[] = [{ client: first, from: 0 }];
    for (let sent = 0; sent < 120; sent++) {
      const frame = await execution.observe('agent_output', { text: String(sent) });
      // Every fifth frame is lost, and some come twice.
      if (sent % 5 !== 0) execution.publish(frame);
      if (sent % 7 === 0) execution.publish(frame);
      if (sent % 12 === 6) watchers.push(resumedAfter(first, executionId), freshFor(executionId));
    }
    execution.publish(await execution.record(execution.facts.cancelled));

    for (const { client, from } of watchers) {
      await eventually(() => client.hasEnded);
      // A snapshot says in its id what comes next.
      const snapshot = Number(/-(\d+)$/.exec(client.frames[0]?.id ?? '')?.[1]);
      expect(textsOf(client)).toEqual(numbers(from ?? snapshot, 120));
      expect(client.events.at(-1)).toBe('ExecutionCancelled');
    }
  });

  it('that come after the end with an early id get the sums too', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId } = execution;
    const early = open(pathOf(executionId));
    await eventually(() => early.events.includes('snapshot'));
    const counts = { input_tokens: 7, output_tokens: 3, cache_creation_tokens: 0, cache_read_tokens: 0 };
    await execution.observe('token_usage', { leg: 1, message_id: 'm', model: 'claude-sonnet-4-5', ...counts });
    await execution.record(execution.facts.cancelled);
    await eventually(() => early.hasEnded);

    for (const client of [open(pathOf(executionId), early.frames[0]?.id), early]) {
      await eventually(() => client.hasEnded);
      expect(client.frames.find(({ event }) => event === 'tokens')?.data).toMatchObject({ total_tokens: 10 });
      expect(client.events.at(-1)).toBe('ExecutionCancelled');
    }
  });

  it('share one subscription and one reading of the tables, which end with the last of them', async () => {
    const { executionId } = await anExecutionOf(gateway);
    const clients = Array.from({ length: 20 }, () => open(pathOf(executionId)));
    clients.push(open(`${gateway.url}/api/sse/executions/${executionId}`));
    await eventually(async () => {
      expect(await metric('live_connections')).toBe(21);
    });
    await eventually(async () => {
      expect(await metric('live_executions_followed')).toBe(1);
    });

    for (const client of clients) client.close();
    await eventually(async () => {
      expect(await metric('live_executions_followed')).toBe(0);
    });
  });

  it('do not wait for one of them that does not read, which goes on where it was', async () => {
    const execution = await anExecutionOf(gateway);
    const { executionId } = execution;
    const slow: string[] = [];
    const response = await new Promise<IncomingMessage>((resolve) => {
      get(pathOf(executionId), resolve);
    });
    response.setEncoding('utf8');
    const reading = open(pathOf(executionId));
    await eventually(() => reading.events.includes('snapshot'));
    const filler = 'x'.repeat(60_000);
    for (let sent = 0; sent < 150; sent++) {
      execution.publish(await execution.observe('agent_output', { text: String(sent), filler }));
    }
    await eventually(() => {
      expect(textsOf(reading)).toEqual(numbers(0, 150));
    });
    execution.publish(await execution.record(execution.facts.cancelled));
    await eventually(() => reading.hasEnded);

    let hasEnded = false;
    response.on('data', (text: string) => slow.push(text)).on('end', () => (hasEnded = true));
    await eventually(() => hasEnded);
    const texts = [...slow.join('').matchAll(/"text":"(\d+)"/g)].map(([, text]) => Number(text));
    expect(texts).toEqual(numbers(0, 150));
    expect(slow.join('')).toContain('event: ExecutionCancelled');
  });
});

describe('a watcher that names the events it wants', () => {
  it('gets those, the snapshot and the end', async () => {
    const execution = await anExecutionOf(gateway);
    const client = open(pathOf(execution.executionId, '?events=PhaseStarted,tool_execution_started'));
    await eventually(() => client.events.includes('snapshot'));
    execution.publish(await execution.record(execution.facts.queued));
    execution.publish(await execution.observe('agent_output', { text: 'unwanted' }));
    execution.publish(await execution.record(execution.facts.phaseStarted));
    execution.publish(await execution.observe('tool_execution_started', { tool_name: 'Bash', tool_use_id: 't' }));
    execution.publish(await execution.record(execution.facts.cancelled));

    await eventually(() => client.hasEnded);
    expect([...client.events].sort()).toEqual(
      ['snapshot', 'PhaseStarted', 'tool_execution_started', 'ExecutionCancelled'].sort(),
    );
  });

  it.each(['?events=', '?events=a,,b', `?events=${'x'.repeat(200)}`, '?events=a%0Ab'])(
    'is refused for names that no event has: %s',
    async (query) => {
      const { executionId } = await anExecutionOf(gateway);
      const response = await fetch(pathOf(executionId, query));

      expect(response.status).toBe(422);
      expect(await response.text()).toContain('events');
    },
  );
});
