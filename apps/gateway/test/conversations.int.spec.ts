import { agentSession } from '@syntropic/agent-sessions/contracts';
import { event } from '@syntropic/kernel/testing';
import { LocalObjectStorage } from '@syntropic/object-storage';
import { anExecutionId, factsOf } from './facts';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

type Printed = Readonly<{ text: string; stream?: 'stdout' | 'stderr' | 'runner'; more?: true }>;

type Line = Readonly<{ line_number: number; raw: string; parsed: object | null; truncated?: true }>;
type Page = Readonly<{ lines: readonly Line[]; total_lines: number; next: number | null }>;

/** A session that has ended with this transcript. */
async function aSession(printed: readonly Printed[]): Promise<string> {
  const executionId = anExecutionId();
  const facts = factsOf(executionId);
  const at = new Date().toISOString();
  const records = printed.map((record, n) => JSON.stringify({ line: n + 1, leg: 1, at, stream: 'stdout', ...record }));
  const { uri } = await new LocalObjectStorage(gateway.objects).put(Buffer.from(`${records.join('\n')}\n`));
  const ended = event(agentSession.events.SessionCompleted, { ...facts.sessionCompleted(0).data, transcriptUri: uri });
  await gateway.record(`session-${facts.sessionId}`, [facts.sessionStarted, ended], executionId);
  return facts.sessionId;
}

async function page(path: string) {
  const response = await fetch(`${gateway.url}/api/conversations/${path}`);
  const text = await response.text();
  expect(text.length).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
  return { status: response.status, body: JSON.parse(text) as Page };
}

async function allLines(sessionId: string): Promise<readonly Line[]> {
  const found: Line[] = [];
  for (let next: number | null = 0, pages = 0; next !== null; pages++) {
    const { body }: { body: Page } = await page(`${sessionId}?offset=${next}&limit=500`);
    expect(body.lines.map(({ line_number }) => line_number)).toEqual(body.lines.map((_, n) => Number(next) + n + 1));
    found.push(...body.lines);
    next = body.next;
    expect(pages).toBeLessThan(50);
  }
  return found;
}

const message = (type: string, ...content: readonly object[]) => JSON.stringify({ type, message: { content } });

describe('a conversation', () => {
  it('shows what each message says', async () => {
    const sessionId = await aSession([
      { text: message('assistant', { type: 'text', text: 'I look.' }, { type: 'tool_use', name: 'Bash', input: {} }) },
      { text: message('user', { type: 'tool_result', content: 'a file' }) },
      { text: JSON.stringify({ type: 'result', result: 'x'.repeat(300) }) },
      { text: 'not a message' },
    ]);

    const { body } = await page(sessionId);
    expect(body).toMatchObject({
      ...{ session_id: sessionId, total_lines: 4, next: null },
      lines: [
        { line_number: 1, event_type: 'assistant', tool_name: 'Bash', content_preview: 'I look.' },
        { event_type: 'user', tool_name: null, content_preview: 'a file' },
        { event_type: 'result', content_preview: 'x'.repeat(200) },
        { raw: 'not a message', parsed: null, event_type: null, content_preview: 'not a message' },
      ],
      metadata: { session_id: sessionId, event_count: 4, total_input_tokens: 1_000, success: true },
    });
    expect(body.lines.map(({ raw, parsed }) => parsed && (JSON.parse(raw) as object))).toEqual(
      body.lines.map(({ parsed }) => parsed),
    );
  });

  it('has the lines of the agent alone, long ones put together', async () => {
    const sessionId = await aSession([
      { text: '{"type":"sys', more: true },
      { text: 'warned', stream: 'stderr' },
      { text: 'tem"}' },
      { text: 'one\ntwo' },
      { text: 'noticed', stream: 'runner' },
      { text: 'begun', more: true },
    ]);

    expect((await page(sessionId)).body).toMatchObject({ total_lines: 4, next: null });
    expect((await allLines(sessionId)).map(({ raw }) => raw)).toEqual(['{"type":"system"}', 'one', 'two', 'begun']);
    expect((await page(`${sessionId}?offset=2&limit=1`)).body).toMatchObject({
      ...{ lines: [{ line_number: 3, raw: 'two' }], total_lines: 4, next: 3 },
    });
  });

  it('is read in pages from any line on', async () => {
    const texts = Array.from({ length: 2_300 }, (_, n) => `said ${n}`);
    const sessionId = await aSession(
      texts.flatMap((text) => [{ text }, { text: 'warned', stream: 'stderr' as const }]),
    );

    expect((await allLines(sessionId)).map(({ raw }) => raw)).toEqual(texts);
    expect((await page(`${sessionId}?offset=1700&limit=1`)).body).toMatchObject({
      ...{ lines: [{ line_number: 1_701, raw: 'said 1700' }], total_lines: 2_300, next: 1_701 },
    });
    expect((await page(`${sessionId}?offset=2300`)).body).toMatchObject({ lines: [], total_lines: 2_300, next: null });
  });

  it('fits into answers of 4 MiB, and cuts longer lines', async () => {
    const texts = Array.from({ length: 60 }, (_, n) => `${n}${'"'.repeat(100_000)}`);
    const part = 'x'.repeat(60_000);
    const parts = Array.from({ length: 100 }, () => ({ text: part, more: true as const }));
    const sessionId = await aSession([...texts.map((text) => ({ text })), ...parts, { text: 'end' }, { text: 'last' }]);

    const lines = await allLines(sessionId);
    expect(lines.slice(0, 60).map(({ raw }) => raw)).toEqual(texts);
    expect(lines.slice(60)).toMatchObject([{ truncated: true, raw: 'x'.repeat(256 * 1024) }, { raw: 'last' }]);
  });

  it('keeps lines that are nested too deep as text', async () => {
    const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
    const sessionId = await aSession([{ text: deep }]);

    expect((await page(sessionId)).body.lines).toMatchObject([{ raw: deep, parsed: null }]);
  });

  it('comes when the session has ended, its figures before', async () => {
    const executionId = anExecutionId();
    const { sessionStarted, sessionId } = factsOf(executionId);
    await gateway.record(`session-${sessionId}`, [sessionStarted], executionId);

    expect(await page(sessionId)).toMatchObject({ status: 202, body: { lines: [], total_lines: 0 } });
    expect(await page(`${sessionId}/metadata`)).toMatchObject({
      status: 200,
      body: { execution_id: executionId, event_count: null, success: null, size_bytes: null, tool_counts: {} },
    });
  });

  it('never comes when the session has ended without it', async () => {
    const executionId = anExecutionId();
    const { sessionStarted, sessionCompleted, sessionId } = factsOf(executionId);
    await gateway.record(`session-${sessionId}`, [sessionStarted, sessionCompleted(0)], executionId);

    expect(await page(sessionId)).toMatchObject({ status: 404, body: { code: 'transcript.not_stored' } });
  });
});
