import { addUsd } from '@syntropic/kernel';
import { SessionParser, type ReportedFact } from '@syntropic/telemetry';
import { describeWithAgent, inOrder } from '@syntropic/testing';
import { bash, useClaudeBehindGateway } from '../../test/claude.fixture';
import { toTheEnd } from '../../test/session.fixture';
import { useDirectory } from '../../test/workspace.fixture';
import type { SpoolLine } from '../session';

const COMMIT = 'git init -q r && cd r && echo a > a && git add a && git commit -qm "add \\"a\\""';

/** The telemetry of a session, as the runner makes it of the spool. */
function telemetryOf(lines: readonly SpoolLine[]) {
  const startedAt = lines[0]?.at ?? '';
  const parser = new SessionParser(
    { sessionId: 's', executionId: 'exec-0123456789ab', phaseId: 'one', startedAt },
    'claude-stream-json',
  );
  const told = lines.flatMap(({ text, line, at, stream }) => parser.line(text, line, at, stream));
  return { events: [...told, ...parser.end('exited', lines.at(-1)?.at ?? '')], usage: parser.usage };
}

const reportsIn = (lines: readonly SpoolLine[]) =>
  lines.flatMap(({ stream, text }) => (stream === 'reported' ? [JSON.parse(text) as ReportedFact] : []));

describeWithAgent('claude', 'Claude Code in a workspace', () => {
  const { models, start } = useClaudeBehindGateway(useDirectory());

  it('reports by hooks, by its exporter and by git, and each fact is one row', async () => {
    models().answer(
      inOrder(
        { tools: [bash(COMMIT, 'toolu_1'), bash('exit 3', 'toolu_2')] },
        { tools: [bash('true', 'toolu_3')] },
        { text: 'Done.' },
      ),
    );
    const { finished, lines } = await toTheEnd(await start());
    expect(finished.outcome).toBe('completed');

    const sources = (id: string) =>
      reportsIn(lines).flatMap(({ data }) => (data['tool_use_id'] === id ? [data['source']] : []));
    for (const id of ['toolu_1', 'toolu_2', 'toolu_3']) expect(sources(id).sort()).toEqual(['hook', 'otlp']);

    const { events } = telemetryOf(lines);
    const told = (type: string) => events.filter((event) => event.type === type).map(({ data }) => data);
    for (const type of ['tool_execution_started', 'tool_execution_completed']) {
      expect(
        told(type)
          .map(({ tool_use_id: id }) => id)
          .sort(),
      ).toEqual(['toolu_1', 'toolu_2', 'toolu_3']);
    }
    expect(told('tool_execution_failed')).toEqual([]);
    expect(told('tool_execution_completed').every((data) => data['source'] === undefined)).toBe(true);
    expect(told('user_prompt_submitted')).toMatchObject([{ prompt_preview: 'Do your work' }]);
    expect(told('git_commit')).toMatchObject([
      {
        branch: 'master',
        repo: 'r',
        message: 'add "a"',
        author: 'Agent',
        files_changed: 1,
        insertions: 1,
        deletions: 0,
      },
    ]);
  });

  it('costs what the model gateway has recorded, whatever its exporter claims', async () => {
    models().answer(inOrder({ tools: [bash('true')] }, { text: 'Done.' }));
    const { lines } = await toTheEnd(await start());

    const { events, usage } = telemetryOf(lines);
    const calls = events.filter(({ type }) => type === 'model_call').map(({ data }) => String(data['cost_usd']));
    expect(calls).toHaveLength(2);
    expect(usage.costUsd).toBe(calls.reduce((sum, cost) => addUsd(sum, cost), '0'));
    const claimed = events.filter(({ type }) => type === 'cost_recorded' || type === 'api_request');
    expect(claimed.map(({ data }) => data['source'])).toEqual(['otlp', 'otlp', 'otlp']);
    expect(events.filter(({ type, data }) => type === 'token_usage' && data['source'] === 'otlp')).toEqual([]);
  });
});
