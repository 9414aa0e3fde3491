import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeWithRecordings, recordingNames, recordingsDirectory } from '../../test/recordings.fixture';
import { YieldPoints } from './yield-points';

const said = (id: string, ...blocks: object[]) => ({ type: 'assistant', message: { id, content: blocks } });
const ran = (...ids: string[]) => ({
  type: 'user',
  message: { content: ids.map((id) => ({ type: 'tool_result', tool_use_id: id })) },
});
const tool = (id: string) => ({ type: 'tool_use', id });
const words = { type: 'text' };
const under = (parent: string, line: object) => ({ ...line, parent_tool_use_id: parent });

/** `|` where the agent can stand still, one digit for each line. */
function picture(lines: readonly (object | string)[]): string {
  const yieldPoints = new YieldPoints();
  return lines
    .map((line, n) => {
      const { before, after } = yieldPoints.at(typeof line === 'string' ? line : JSON.stringify(line));
      return `${before ? '|' : ''}${n}${after ? '|' : ''}`;
    })
    .join(' ');
}

describe('an agent can stand still', () => {
  it('after a tool, and after an answer that ordered none', () => {
    expect(
      picture([{ type: 'system' }, said('m1', tool('t1')), ran('t1'), said('m2', words), { type: 'result' }]),
    ).toBe('0 1 2| 3 |4');
  });

  it('not before an answer is told to its end', () => {
    expect(picture([said('m1', words), said('m1', words), said('m1', tool('t1')), ran('t1')])).toBe('0 1 2 3|');
  });

  it('not while one of several tools still runs', () => {
    expect(picture([said('m1', tool('t1'), tool('t2')), ran('t2'), ran('t1')])).toBe('0 1 2|');
  });

  it('between the tools of a sub-agent, which is itself no tool that ends soon', () => {
    expect(
      picture([
        said('m1', tool('agent')),
        under('agent', said('m2', tool('t1'))),
        under('agent', ran('t1')),
        ran('agent'),
      ]),
    ).toBe('0 1 2| 3|');
  });

  it('not round lines that say nothing about it', () => {
    expect(picture(['npm warn', '{broken', '[]', '{"type":7}', ''])).toBe('0 1 2 3 4');
  });

  it('names what it stood still after', () => {
    const yieldPoints = new YieldPoints();
    yieldPoints.at(JSON.stringify(said('m1', tool('t1'))));
    expect(yieldPoints.at(JSON.stringify(ran('t1')))).toEqual({ before: undefined, after: 'after_tool' });
    yieldPoints.at(JSON.stringify(said('m2', words)));
    expect(yieldPoints.at('{"type":"result"}')).toEqual({ before: 'after_model', after: undefined });
  });
});

describeWithRecordings('in a recorded session', () => {
  it.each(recordingNames)('%s there is such a place, and the last one is at its end', (name) => {
    const lines = readFileSync(join(recordingsDirectory ?? '', `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter(Boolean);
    const marks = picture(lines.slice(1));

    expect(marks).toMatch(/\|\d+$/);
  });
});
