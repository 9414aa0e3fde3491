import { addUsd, tokensOf, usdOf } from '@syntropic/kernel';
import { recordingsFolder, recordingsIn, type Recording } from '../testing/recordings';
import type { TelemetryEvent } from '../telemetry-event';
import { SessionParser } from './session-parser';

const folder = recordingsFolder();

/** Cost, turns, failed tools and sub-agents from the folder's README; tools in the order of their starts. */
const FIGURES: Readonly<
  Record<string, readonly [usd: string, turns: number, failed: number, tools: string[], subagents: number]>
> = {
  'simple-question': ['0.0079', 1, 0, [], 0],
  'simple-bash': ['0.0209', 2, 0, ['Glob'], 0],
  'list-files': ['0.0160', 2, 0, ['Bash'], 0],
  'git-status': ['0.0217', 2, 1, ['Bash'], 0],
  'file-create': ['0.0206', 2, 1, ['Write'], 0],
  'file-read': ['0.0289', 3, 1, ['Read', 'Bash'], 0],
  'multi-tool': ['0.0227', 3, 1, ['Bash', 'Glob'], 0],
  'artifact-write': ['0.0485', 3, 0, ['Bash', 'Write'], 0],
  'subagent-concurrent': ['0.0647', 3, 0, ['Task', 'Task', 'Bash', 'Bash'], 2],
};

function parse({ startedAt, lines }: Recording) {
  const parser = new SessionParser({ sessionId: 'a-session', executionId: 'exec-1', phaseId: 'plan', startedAt });
  return { parser, events: lines.flatMap(({ text, number, time }) => parser.line(text, number, time)) };
}

const ofType = (events: readonly TelemetryEvent[], type: string) => events.filter((event) => event.type === type);

if (folder === undefined) it.skip('recorded sessions are not beside this repository', () => undefined);
else
  describe('recorded sessions', () => {
    specify(recordingsIn(folder));
  });

function specify(recordings: readonly Recording[]) {
  it('are all known here', () => {
    expect(recordings.map(({ task }) => task).sort()).toEqual(Object.keys(FIGURES).sort());
  });

  describe.each(recordings.map((recording) => [recording.task, recording] as const))('%s', (task, recording) => {
    const { parser, events } = parse(recording);
    const [usd, turns, failed, tools, subagents] = FIGURES[task] ?? ['', 0, 0, [], 0];
    const { usage } = parser;
    // The recording was checked line by line when it was read; this is its last line.
    const result = JSON.parse(recording.lines.at(-1)?.text ?? '') as {
      total_cost_usd: number;
      modelUsage: Record<string, Record<string, number>>;
    };

    it('has the cost of its result', () => {
      expect(Number(usage.costUsd).toFixed(4)).toBe(usd);
      expect(usage.costUsd).toBe(usdOf(result.total_cost_usd));
      expect(usage.costUsd).toBe(addUsd(...Object.values(usage.byModel).map(({ costUsd }) => costUsd ?? '')));
      expect(usage.costComplete).toBe(true);
    });

    it('has the tokens of its model usage', () => {
      const theirs = Object.entries(result.modelUsage).map(([model, account]) => [
        model,
        {
          inputTokens: account['inputTokens'],
          outputTokens: account['outputTokens'],
          cacheCreationTokens: account['cacheCreationInputTokens'],
          cacheReadTokens: account['cacheReadInputTokens'],
          costUsd: usdOf(account['costUSD'] ?? NaN),
        },
      ]);
      expect(usage.byModel).toEqual(Object.fromEntries(theirs));

      const { totalTokens, ...kinds } = tokensOf(usage);
      expect(totalTokens).toBe(Object.values(kinds).reduce((sum, count) => sum + count, 0));
    });

    it('ran its tools and sub-agents', () => {
      const names = ofType(events, 'tool_execution_started').map(({ data }) => data['tool_name']);
      expect(names).toEqual(tools);
      expect(ofType(events, 'tool_execution_completed')).toHaveLength(tools.length);
      expect(ofType(events, 'subagent_stopped')).toHaveLength(subagents);
      expect(usage).toMatchObject({ toolCalls: tools.length, failedTools: failed, subagents, turns });
    });

    it('has a name, a duration and an end for each tool', () => {
      for (const { data } of ofType(events, 'tool_execution_completed')) {
        expect([typeof data['tool_name'], typeof data['duration_ms']]).toEqual(['string', 'number']);
      }
    });

    it('gives the same events when it is parsed again', () => {
      expect(parse(recording).events).toEqual(events);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
    });

    it('has no unknown lines', () => {
      expect(ofType(events, 'unknown')).toEqual([]);
      expect(ofType(events, 'agent_output')).toEqual([]);
    });
  });

  it('give each sub-agent its own tools, although they run side by side', () => {
    const recording = recordings.find(({ task }) => task === 'subagent-concurrent');
    const stopped = ofType(recording ? parse(recording).events : [], 'subagent_stopped');

    expect(stopped.map(({ data }) => data['tools_used'])).toEqual([{ Bash: 1 }, { Bash: 1 }]);
    expect(stopped.map(({ data }) => data['duration_ms'])).toEqual([5152 - 2681, 5901 - 2349]);
  });

  it('report the hook in the workspace', () => {
    const recording = recordings.find(({ task }) => task === 'subagent-concurrent');
    const [started] = ofType(recording ? parse(recording).events : [], 'session_started');

    expect(started?.data).toMatchObject({
      source: 'startup',
      cwd: '/workspace',
      timestamp: '2026-01-08T20:19:42.945114+00:00',
    });
  });
}
