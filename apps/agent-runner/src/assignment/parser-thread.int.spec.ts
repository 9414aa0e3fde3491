import { ExecutionId, PhaseId, SessionId } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { PARSER_SOURCE } from '../../test/runner.fixture';
import type { SpoolLine } from '../session';
import { ParserThread } from './parser-thread';
import { SpoolParser } from './spool-parser';

const MEGABYTES_8 = 8 * 1024 * 1024;

const thread = new ParserThread(PARSER_SOURCE);
afterAll(() => thread.onApplicationShutdown());

const options = () => ({
  session: {
    sessionId: SessionId.parse(randomUUID()),
    executionId: ExecutionId.parse('exec-0123456789ab'),
    phaseId: PhaseId.parse('plan'),
    leg: 1,
    token: 1,
    output: 'claude-stream-json' as const,
  },
  legEnds: {},
  startedAt: '2026-01-01T00:00:00.000Z',
});

const linesOf = (...texts: string[]): SpoolLine[] =>
  texts.map((text, n) => ({ line: n + 1, leg: 1, at: '2026-01-01T00:00:00.000Z', stream: 'stdout', text }));

const recordsOf = (lines: readonly SpoolLine[]) =>
  Buffer.from(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));

const HOSTILE: readonly (readonly [string, () => string])[] = [
  ['nested brackets', () => `{"a":${'['.repeat(MEGABYTES_8 / 2)}${']'.repeat(MEGABYTES_8 / 2)}}`],
  ['many keys', () => `{${Array.from({ length: 600_000 }, (_, n) => `"k${n}":1`).join(',')}}`],
  ['escapes', () => `{"type":"new","a":"${'\\u0000'.repeat(MEGABYTES_8 / 6)}"}`],
  ['text', () => `{"type":"new","a":"${'x'.repeat(MEGABYTES_8)}"}`],
];

describe('the thread that parses output', () => {
  it.each(HOSTILE)('leaves the event loop to others while it parses 8 MiB of %s', async (_, text) => {
    const parser = thread.open(options());
    await parser.read(recordsOf([]));
    let turns = 0;
    let isParsing = true;
    const count = () => {
      turns++;
      if (isParsing) setImmediate(count);
    };
    const read = parser.read(recordsOf(linesOf(text())));
    count();
    const { events } = await read;
    isParsing = false;

    // A loop that parses by itself makes one.
    expect(turns).toBeGreaterThan(2);
    expect(JSON.stringify(events).length).toBeLessThan(300_000);
    parser.close();
  });

  it('gives the events and figures of each session, its long lines whole', async () => {
    const [one, other] = [thread.open(options()), thread.open(options())];
    const init = { type: 'system', subtype: 'init', session_id: 's', model: 'claude-haiku-4-5', tools: [] };
    const text = JSON.stringify(init);
    const [first, second] = linesOf(text.slice(0, 20), text.slice(20));
    if (!first || !second) throw new Error('two lines were made');
    const [begun, foreign] = await Promise.all([
      one.read(recordsOf([{ ...first, more: true }])),
      other.read(recordsOf(linesOf('hello'))),
    ]);
    const ended = await one.read(recordsOf([second]));

    expect(begun.events).toEqual([]);
    expect(foreign.events.map(({ type }) => type)).toEqual(['agent_output']);
    expect(ended.events.map(({ type }) => type)).toEqual(['agent_initialized']);
    expect(ended.figures.events).toBe(1);
    expect((await one.end('exit', first.at)).events.map(({ type }) => type)).toEqual(['leg_ended']);
  });

  it('outlines long messages for yield points', async () => {
    const content = [{ type: 'tool_use', id: 't', input: 'x'.repeat(MEGABYTES_8 - 1_000) }];
    const line = JSON.stringify({ type: 'assistant', message: { id: 'm', content } });

    await expect(thread.outline(line)).resolves.toEqual({
      type: 'assistant',
      message: { id: 'm', content: [{ type: 'tool_use', id: 't' }] },
    });
  });

  it('goes on with a session whose first lines were parsed on the event loop', async () => {
    const tool = (id: string) => ({ type: 'tool_use', id, name: 'Bash', input: { command: 'ls' } });
    const message = (id: string, content: object) =>
      JSON.stringify({ type: 'assistant', message: { id, model: 'claude-haiku-4-5', content: [content] } });
    const texts = [
      JSON.stringify({ type: 'system', subtype: 'init', session_id: 's', model: 'claude-haiku-4-5', tools: [] }),
      message('m1', tool('t1')),
      message('m2', { type: 'text', text: 'x'.repeat(20_000) }),
      JSON.stringify({ type: 'user', message: { content: [{ type: 'tool_result', tool_use_id: 't1', content: '' }] } }),
    ];
    const opened = options();
    const [parser, alone] = [thread.open(opened), new SpoolParser(opened)];
    for (const one of linesOf(...texts)) {
      expect(await parser.read(recordsOf([one]))).toEqual(structuredClone(alone.read([one])));
    }
    expect(await parser.end('exit', opened.startedAt)).toEqual(structuredClone(alone.end('exit', opened.startedAt)));
    parser.close();
  });

  it('reports a fault to the session that it concerns', async () => {
    const parser = thread.open(options());
    const long = recordsOf(linesOf('x'.repeat(20_000)));
    await parser.read(long);
    parser.close();

    await expect(parser.read(long)).rejects.toThrow('has ended');
  });
});
