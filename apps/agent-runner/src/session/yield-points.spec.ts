import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithRecordings, recordingNames, recordingsDirectory } from '../../test/recordings.fixture';
import { outlineOf } from './message-outline';
import { YieldPoints } from './yield-points';

const answer = (id: string, ...blocks: object[]) => ({ type: 'assistant', message: { id, content: blocks } });
const results = (...ids: string[]) => ({
  type: 'user',
  message: { content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id })) },
});
const tool = (id: string) => ({ type: 'tool_use', id });
const text = { type: 'text' };
const inSubagent = (parent: string, line: object) => ({ ...line, parent_tool_use_id: parent });

/** The line numbers, with `|` at each yield point. */
function picture(lines: readonly (object | string)[]): string {
  const yieldPoints = new YieldPoints();
  return lines
    .map((line, n) => {
      const { before, after } = yieldPoints.at(outlineOf(typeof line === 'string' ? line : JSON.stringify(line)));
      return `${before ? '|' : ''}${n}${after ? '|' : ''}`;
    })
    .join(' ');
}

describe('a yield point', () => {
  it('is after a tool, and after an answer without tool calls', () => {
    expect(
      picture([{ type: 'system' }, answer('m1', tool('t1')), results('t1'), answer('m2', text), { type: 'result' }]),
    ).toBe('0 1 2| 3 |4');
  });

  it('is not within an answer of the model', () => {
    expect(picture([answer('m1', text), answer('m1', text), answer('m1', tool('t1')), results('t1')])).toBe('0 1 2 3|');
  });

  it('is not where one of several tools still runs', () => {
    expect(picture([answer('m1', tool('t1'), tool('t2')), results('t2'), results('t1')])).toBe('0 1 2|');
  });

  it('is between the tools of a sub-agent, whose own tool call runs for long', () => {
    expect(
      picture([
        answer('m1', tool('agent')),
        inSubagent('agent', answer('m2', tool('t1'))),
        inSubagent('agent', results('t1')),
        results('agent'),
      ]),
    ).toBe('0 1 2| 3|');
  });

  it('is not around lines that are not messages', () => {
    expect(picture(['npm warn', '{broken', '[]', '{"type":7}', ''])).toBe('0 1 2 3 4');
  });

  it('names the kind of step before it', () => {
    const yieldPoints = new YieldPoints();
    const at = (line: object) => yieldPoints.at(outlineOf(JSON.stringify(line)));
    at(answer('m1', tool('t1')));
    expect(at(results('t1'))).toEqual({ before: undefined, after: 'after_tool' });
    at(answer('m2', text));
    expect(at({ type: 'result' })).toEqual({ before: 'after_model', after: undefined });
  });
});

const isAnswerOrToolResult = (line: string) =>
  line.includes('"type":"assistant"') || line.includes('"type":"tool_result"');

describeWithRecordings('a recorded session', () => {
  it.each(recordingNames)('%s has yield points, the last one after its last answer or tool', (name) => {
    const [, ...lines] = readFileSync(join(recordingsDirectory ?? '', `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean);
    const last = lines.findLastIndex((line) => isAnswerOrToolResult(JSON.stringify(JSON.parse(line))));

    expect(picture(lines)).toMatch(new RegExp(`\\b${last}(?: \\||\\| )\\d+(?: \\d+)*$`));
  });
});
