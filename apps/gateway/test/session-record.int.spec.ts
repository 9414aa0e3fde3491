import { agentSession } from '@syntropic/agent-sessions/contracts';
import { NO_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { LocalObjectStorage } from '@syntropic/object-storage';
import { randomUUID } from 'node:crypto';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

type Page = Readonly<{ next: number | null; lines: readonly { text: string; line: number }[] }>;
type Operations = Readonly<{ next: number | null; total: number; operations: readonly { message_content: string }[] }>;

async function get(path: string) {
  const response = await fetch(`${gateway.url}/api/sessions/${path}`);
  const text = await response.text();
  expect(text.length).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
  return { status: response.status, body: JSON.parse(text) as Page & Operations };
}

async function aSession(texts: readonly string[], transcript?: readonly string[]) {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const { sessionId } = facts;
  const ids = { executionId, workflowId: 'a-workflow', phaseId: 'plan', sessionId };
  const time = new Date().toISOString();
  const of = (text: string, n: number) => ({
    ...{ id: randomUUID(), type: 'agent_output', time, executionId, sessionId, phaseId: 'plan' },
    data: { text, line: n + 1 },
  });
  for (let from = 0; from < texts.length; from += 1_000) {
    await gateway.observe(...texts.slice(from, from + 1_000).map((text, n) => of(text, from + n)));
  }
  const records = transcript?.map((text, n) =>
    JSON.stringify({ line: n + 1, leg: 1, at: time, stream: 'stdout', text }),
  );
  const put = () => new LocalObjectStorage(gateway.objects).put(Buffer.from(`${records?.join('\n') ?? ''}\n`));
  const account = { status: 'completed' as const, usage: NO_USAGE, artifacts: [], telemetryEvents: texts.length };
  const ended = async () =>
    event(agentSession.events.SessionCompleted, { ...ids, ...account, transcriptUri: (await put()).uri });
  await gateway.record(
    `session-${sessionId}`,
    [facts.sessionStarted, ...(records ? [await ended()] : [])],
    executionId,
  );
  return sessionId;
}

describe('the operations of a session', () => {
  it('are paged, with their true number', async () => {
    const texts = Array.from({ length: 5_500 }, (_, n) => `said ${n}`);
    const sessionId = await aSession(texts);

    const { body: detail } = await get(sessionId);
    expect(detail).toMatchObject({ operation_count: 5_500, next_operations: expect.any(Number) as number });
    expect(await allOperations(sessionId)).toEqual(texts);
  });

  it('fit into answers of 4 MiB, however large they are', async () => {
    const texts = Array.from({ length: 400 }, (_, n) => `${n}${'"'.repeat(16_000)}`);
    const sessionId = await aSession(texts);

    await get(sessionId);
    expect(await allOperations(sessionId)).toEqual(texts);
  });
});

describe('the transcript of a session', () => {
  it('has every line, in pages of at most 4 MiB', async () => {
    const texts = Array.from({ length: 300 }, (_, n) => `${n}${'x'.repeat(60_000)}`);
    const sessionId = await aSession([], texts);

    const found: string[] = [];
    for (let next: number | null = 0, pages = 0; next !== null; pages++) {
      const { body }: { body: Page } = await get(`${sessionId}/transcript?after=${next}`);
      found.push(...body.lines.map(({ text }) => text));
      next = body.next;
      expect(pages).toBeLessThan(20);
    }
    expect(found).toEqual(texts);
  });

  it('is read from the line of a cut row on', async () => {
    const sessionId = await aSession(['cut'], ['one', 'two', 'three', 'four']);

    const { body } = await get(`${sessionId}/transcript?line=2&limit=2`);
    expect(body.lines.map(({ line, text }) => [line, text])).toEqual([
      [2, 'two'],
      [3, 'three'],
    ]);
    const { body: rest } = await get(`${sessionId}/transcript?after=${body.next ?? 0}`);
    expect(rest).toMatchObject({ lines: [{ text: 'four' }], next: null });
  });

  it('comes when the session has ended', async () => {
    const sessionId = await aSession(['said']);

    expect(await get(`${sessionId}/transcript`)).toMatchObject({ status: 202, body: { lines: [], next: null } });
  });
});

async function allOperations(sessionId: string): Promise<string[]> {
  const found: string[] = [];
  for (let next: number | null = 0; next !== null;) {
    const { body }: { body: Operations } = await get(`${sessionId}/operations?after=${next}`);
    found.push(...body.operations.map(({ message_content }) => message_content));
    next = body.next;
  }
  return found;
}
