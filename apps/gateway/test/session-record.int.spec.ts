import { agentSession } from '@syntropic/agent-sessions/contracts';
import { NO_USAGE } from '@syntropic/kernel';
import { event } from '@syntropic/kernel/testing';
import { LocalObjectStorage } from '@syntropic/object-storage';
import { randomUUID } from 'node:crypto';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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

/** @param transcript the lines of the stored transcript, or how the session is without one. */
async function aSession(
  texts: readonly string[],
  transcript: readonly string[] | 'running' | 'ended' | 'its bytes are gone' = 'running',
) {
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
  const put = async (lines: readonly string[]) => {
    const records = lines.map((text, n) => JSON.stringify({ line: n + 1, leg: 1, at: time, stream: 'stdout', text }));
    const { uri } = await new LocalObjectStorage(gateway.objects).put(Buffer.from(`${records.join('\n')}\n`));
    return { transcriptUri: uri };
  };
  const stored = async () => {
    if (typeof transcript !== 'string') return put(transcript);
    if (transcript === 'ended') return {};
    const { transcriptUri } = await put([randomUUID()]);
    const hash = /[0-9a-f]+$/.exec(transcriptUri)?.[0] ?? 'none';
    const file = readdirSync(gateway.objects, { recursive: true, encoding: 'utf8' }).find((name) =>
      name.endsWith(hash),
    );
    rmSync(join(gateway.objects, file ?? ''));
    return { transcriptUri };
  };
  const account = { status: 'completed' as const, usage: NO_USAGE, artifacts: [], telemetryEvents: texts.length };
  const ended = async () => event(agentSession.events.SessionCompleted, { ...ids, ...account, ...(await stored()) });
  await gateway.record(
    `session-${sessionId}`,
    [facts.sessionStarted, ...(transcript === 'running' ? [] : [await ended()])],
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

  it.each([
    ['ended', /^the session has ended without a transcript/],
    ['its bytes are gone', /its bytes are not in the object storage any more$/],
  ] as const)('never comes when it is not stored at the end: %s', async (how, detail) => {
    const sessionId = await aSession(['said'], how);

    expect(await get(`${sessionId}/transcript`)).toMatchObject({
      status: 404,
      body: { code: 'transcript.not_stored', detail: expect.stringMatching(detail) as string },
    });
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
