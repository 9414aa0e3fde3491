import { addUsd, tokensOf, usdOf } from '@syntropic/kernel';
import type { TelemetryEvent } from '../telemetry-event';
import { isResult, recordingsFolder, recordingsIn, type Recording } from '../testing/recordings';
import { SessionParser } from './session-parser';

const folder = recordingsFolder();

type Figures = Readonly<{
  usd: string;
  turns: number;
  failed?: number;
  /** In the order of their starts. */
  tools: readonly string[];
  subagents?: number;
}>;

/** The figures of the folder's README. */
const FIGURES: Readonly<Record<string, Figures>> = {
  'simple-question': { usd: '0.0079', turns: 1, tools: [] },
  'simple-bash': { usd: '0.0209', turns: 2, tools: ['Glob'] },
  'list-files': { usd: '0.0160', turns: 2, tools: ['Bash'] },
  'git-status': { usd: '0.0217', turns: 2, failed: 1, tools: ['Bash'] },
  'file-create': { usd: '0.0206', turns: 2, failed: 1, tools: ['Write'] },
  'file-read': { usd: '0.0289', turns: 3, failed: 1, tools: ['Read', 'Bash'] },
  'multi-tool': { usd: '0.0227', turns: 3, failed: 1, tools: ['Bash', 'Glob'] },
  'artifact-write': { usd: '0.0485', turns: 3, tools: ['Bash', 'Write'] },
  'subagent-concurrent': { usd: '0.0647', turns: 3, tools: ['Task', 'Task', 'Bash', 'Bash'], subagents: 2 },
  'background-agent': {
    usd: '0.00805',
    turns: 2 + 1,
    tools: ['Agent', 'Bash'],
    subagents: 1,
  },
  'retry-two-tools': { usd: '0.00483', turns: 4, failed: 1, tools: ['Bash', 'Bash', 'Bash'] },
  'interrupted-tool': { usd: '0.00161', turns: 3, failed: 1, tools: ['Bash'] },
};

function parse({ startedAt, lines }: Recording) {
  const parser = new SessionParser(
    { sessionId: 'a-session', executionId: 'exec-1', phaseId: 'plan', startedAt },
    'claude-stream-json',
  );
  return { parser, events: lines.flatMap(({ text, number, time }) => parser.line(text, number, time)) };
}

const ofType = (events: readonly TelemetryEvent[], type: string) => events.filter((event) => event.type === type);

if (folder === undefined) it.skip('recorded sessions are not beside this repository', () => undefined);
else
  describe('recorded sessions', () => {
    const recordings = recordingsIn(folder);

    it('are all known here', () => {
      expect(recordings.map(({ task }) => task).sort()).toEqual(Object.keys(FIGURES).sort());
    });

    describe.each(recordings.map((recording) => [recording.task, recording] as const))('%s', (task, recording) => {
      specifyAccount(task, recording);
      specifyEvents(task, recording);
    });

    it('give each sub-agent its own tools, although they run side by side', () => {
      const recording = recordings.find(({ task }) => task === 'subagent-concurrent');
      const stopped = ofType(recording ? parse(recording).events : [], 'subagent_stopped');

      expect(stopped.map(({ data }) => data['tools_used'])).toEqual([{ Bash: 1 }, { Bash: 1 }]);
      expect(stopped.map(({ data }) => data['duration_ms'])).toEqual([5152 - 2681, 5901 - 2349]);
    });
  });

function figuresOf(task: string): Figures {
  const figures = FIGURES[task];
  if (!figures) throw new Error(`the figures of ${task} are not known here`);
  return figures;
}

function specifyAccount(task: string, recording: Recording) {
  const { usd, turns } = figuresOf(task);
  const { usage } = parse(recording).parser;
  // The recording was checked line by line when it was read; this is its last result.
  const result = JSON.parse(recording.lines.findLast(isResult)?.text ?? '') as {
    total_cost_usd: number;
    modelUsage: Record<string, Record<string, number>>;
  };

  it('has the cost of its result', () => {
    const places = usd.length - usd.indexOf('.') - 1;
    expect(Number(usage.costUsd).toFixed(places)).toBe(usd);
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

  it('has the turns of all its results', () => {
    expect(usage.turns).toBe(turns);
  });
}

function specifyEvents(task: string, recording: Recording) {
  const { tools, failed = 0, subagents = 0 } = figuresOf(task);
  const { parser, events } = parse(recording);

  it('ran its tools and sub-agents', () => {
    const names = ofType(events, 'tool_execution_started').map(({ data }) => data['tool_name']);
    expect(names).toEqual(tools);
    expect(ofType(events, 'tool_execution_completed')).toHaveLength(tools.length);
    expect(ofType(events, 'subagent_stopped')).toHaveLength(subagents);
    expect(parser.usage).toMatchObject({ toolCalls: tools.length, failedTools: failed, subagents });
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
}
