import { ExecutionId, PhaseId, SessionId } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithBubblewrap, useDirectory } from '../../test/workspace.fixture';
import { describeWithRecordings, recordingNames, recordingsDirectory } from '../../test/recordings.fixture';
import { listen, replay, simulated, toTheEnd, useSessions } from '../../test/session.fixture';
import { SpoolParser } from '../assignment/spool-parser';
import type { SpoolLine } from '../session';
import { SandboxBackend } from '../workspaces';
import { ReplayProvider } from './replay.provider';
import { SimulatedProvider } from './simulated.provider';

interface ResultLine {
  readonly type: string;
  readonly is_error: boolean;
  readonly total_cost_usd: number;
  readonly modelUsage: Readonly<Record<string, { readonly costUSD: number }>>;
}

const toolsIn = (texts: readonly string[]) =>
  new Set(
    texts.flatMap((text) => [...text.matchAll(/"type":"tool_use",[^}]*"name":"(\w+)"/g)].map(([, name]) => name)),
  );

/** The figures of a session whose first leg was interrupted. */
function usageOf(lines: readonly SpoolLine[]) {
  const ids = { executionId: ExecutionId.parse('exec-0123456789ab'), phaseId: PhaseId.parse('plan') };
  const parser = new SpoolParser({
    session: { ...ids, sessionId: SessionId.parse(randomUUID()), leg: 2, token: 1, output: 'claude-stream-json' },
    legEnds: { 1: 'INT' },
    startedAt: lines[0]?.at ?? '',
  });
  parser.read(lines);
  return parser.end('exit', lines.at(-1)?.at ?? '').figures.usage;
}

const parsed = (texts: readonly string[]) => texts.map((text) => JSON.parse(text) as ResultLine);

describeWithBubblewrap('the replay provider', () => {
  const start = useSessions(new SandboxBackend(), useDirectory());

  describeWithRecordings('in a sandbox', () => {
    it.each(recordingNames)('replays %s message by message', async (name) => {
      const provider = new ReplayProvider(recordingsDirectory);
      const { finished, texts } = await toTheEnd(await start({ provider, agent: replay(name) }));

      const [, ...recorded] = readFileSync(join(recordingsDirectory ?? '', `${name}.jsonl`), 'utf8')
        .split('\n')
        .filter(Boolean);
      const messages = recorded.map((line): unknown => ({ ...(JSON.parse(line) as object), _offset_ms: undefined }));
      expect(finished.outcome).toBe('completed');
      expect(parsed(texts)).toEqual(messages);
    });
  });

  (recordingsDirectory === undefined ? it.skip : it)('makes another conversation of a later leg', async () => {
    const provider = new ReplayProvider(recordingsDirectory);
    const name = recordingNames.find((one) => one.includes('multi-tool')) ?? '';
    const first = await toTheEnd(await start({ provider, agent: replay(name) }));
    const second = await toTheEnd(await start({ provider, agent: replay(name), leg: 2 }));
    // The parked leg has said all but its result.
    const parked = first.lines.slice(0, -1);
    const { length } = parked;
    const rest = second.lines.map((line) => ({ ...line, line: line.line + length }));

    const usage = usageOf([...parked, ...rest]);
    const alone = usageOf([...parked.slice(0, 1), ...rest]);
    expect(usage.toolCalls).toBe(2 * alone.toolCalls);
    expect(Number(usage.costUsd)).toBeGreaterThan(Number(alone.costUsd));
    expect(usage.costComplete).toBe(false);
  });

  it('refuses names that are not the name of a recording', async () => {
    const provider = new ReplayProvider(recordingsDirectory);
    for (const name of ['../secret', '/etc/passwd', 'a..b', '', 'none-of-them']) {
      await expect(start({ provider, agent: replay(name) })).rejects.toMatchObject({ code: 'agent.recording_unknown' });
    }
  });
});

describeWithBubblewrap('the simulated provider', () => {
  const start = useSessions(new SandboxBackend(), useDirectory());
  const provider = new SimulatedProvider();

  it('uses its tools, sums up its cost and leaves a report', async () => {
    const run = await start({ provider, agent: simulated({ turns: 4, toolsPerTurn: 3, delayMs: 1, lineBytes: 100 }) });
    const { finished, texts } = await toTheEnd(run);

    const result = parsed(texts).at(-1);
    expect(finished.outcome).toBe('completed');
    expect(texts.filter((text) => text.includes('"tool_result"')).length).toBe(12);
    expect(result?.total_cost_usd).toBeGreaterThan(0);
    expect(Object.values(result?.modelUsage ?? {}).reduce((sum, { costUSD }) => sum + costUSD, 0)).toBe(
      result?.total_cost_usd,
    );
    expect(run.artifacts).toMatchObject({ files: [{ path: 'report.md' }] });
  });

  it('begins another conversation in each leg: a parked one counts beside the account of the next', async () => {
    const sessionId = randomUUID();
    // The first leg has turns left when it is parked, however busy the machine is.
    const agent = (turns: number) => simulated({ turns, toolsPerTurn: 1, delayMs: 50 });
    const first = await start({ provider, agent: agent(2_000), sessionId });
    const { lines, drained } = listen(first);
    await eventually(() => lines.some(({ text }) => text.includes('"tool_result"')));
    first.park();
    await first.finished;
    await drained;
    const second = await toTheEnd(await start({ provider, agent: agent(3), sessionId, leg: 2 }));

    const usage = usageOf([...lines, ...second.lines]);
    const turns = new Set(lines.flatMap(({ text }) => /"id":"(msg_\w+)"/.exec(text)?.[1] ?? [])).size;
    expect(Object.values(usage.byModel).map(({ inputTokens }) => inputTokens)).toEqual([(turns + 3) * 1_200]);
    expect(usage.costComplete).toBe(false);
  });

  it('reports the requested model at its price, and stays within the token limit', async () => {
    const settings = { model: 'claude-opus-4-5', maxTokens: 20, allowedTools: ['Read', 'Bash(git:*)'] };
    const agent = simulated({ turns: 4, toolsPerTurn: 3, delayMs: 1 });
    const { texts } = await toTheEnd(await start({ provider, agent, settings }));

    const { modelUsage } = parsed(texts).at(-1) ?? { modelUsage: {} };
    // Opus 4.5: 5 and 25 dollars for a million tokens.
    const costUSD = (4 * 1_200 * 5 + 4 * 20 * 25) / 1e6;
    expect(modelUsage).toMatchObject({ 'claude-opus-4-5': { inputTokens: 4_800, outputTokens: 80, costUSD } });
    expect(Object.keys(modelUsage)).toHaveLength(1);
    expect(toolsIn(texts)).toEqual(new Set(['Read', 'Bash']));
  });

  it('reports no cost for a model without a known price', async () => {
    const settings = { model: 'homegrown-1', allowedTools: [] };
    const { texts } = await toTheEnd(await start({ provider, agent: simulated(), settings }));

    expect(parsed(texts).at(-1)).not.toHaveProperty('total_cost_usd');
    expect(toolsIn(texts)).toEqual(new Set(['Bash']));
  });

  it('fails when it is configured to', async () => {
    const { finished, texts } = await toTheEnd(await start({ provider, agent: simulated({ fail: true }) }));

    expect(finished).toMatchObject({ outcome: 'failed', exitCode: 1 });
    expect(parsed(texts).at(-1)).toMatchObject({ type: 'result', is_error: true });
  });
});
