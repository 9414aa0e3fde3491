import { reportedFactText } from '../ingest/reported-fact';
import { answer, session, tool, toolResult } from '../testing/claude-lines';

const reported = (source: string, id = 't1', more: object = {}) =>
  reportedFactText({
    sessionId: 'session-1',
    type: 'tool_execution_completed',
    time: new Date().toISOString(),
    data: { source, tool_name: 'Bash', tool_use_id: id, success: true, ...more },
  });

/** The ends of tools, and the sources that their rows name. */
function endsOf(...lines: readonly (object | string)[]) {
  const { parser } = session();
  const at = new Date().toISOString();
  const told = lines.flatMap((line, index) =>
    typeof line === 'string'
      ? parser.line(line, index + 1, at, 'reported')
      : parser.line(JSON.stringify(line), index + 1, at),
  );
  return [...told, ...parser.end('exited', at)].flatMap(({ type, data }) =>
    type === 'tool_execution_completed' ? [[data['tool_use_id'], data['source'] ?? 'output']] : [],
  );
}

describe('the end of a tool that several sources tell', () => {
  const [begins, ends] = [answer('m1', tool('t1')), toolResult('t1', 'done')];

  it.each([
    ['before the output', [begins, reported('hook'), reported('otlp'), ends]],
    ['after the output', [begins, ends, reported('hook'), reported('otlp')]],
    ['around the output', [begins, reported('hook'), ends, reported('otlp')]],
  ])('is one row, that of the output, when it is reported %s', (_, lines) => {
    expect(endsOf(...lines)).toEqual([['t1', 'output']]);
  });

  it('is the row of a report where the output does not tell it', () => {
    expect(endsOf(begins, reported('hook'), reported('otlp'))).toEqual([['t1', 'hook']]);
  });

  it('is written when a thousand others wait', () => {
    const many = Array.from({ length: 1_001 }, (_, number) => reported('hook', `t${number}`));
    expect(endsOf(...many)).toHaveLength(1_001);
  });

  it('is written when others of some megabytes wait', () => {
    const { parser } = session();
    const at = new Date().toISOString();
    const large = (number: number) => reported('hook', `t${number}`, { output_preview: 'x'.repeat(200_000) });
    const told = Array.from({ length: 30 }, (_, number) => parser.line(large(number), number + 1, at, 'reported'));

    expect(told.flat().length).toBeGreaterThan(5);
    expect([...told.flat(), ...parser.end('exited', at)].filter(({ type }) => type !== 'leg_ended')).toHaveLength(30);
  });
});
