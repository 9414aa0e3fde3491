import fc from 'fast-check';
import { parseWorkflowYaml } from './workflow-yaml';

const MIB = 1024 * 1024;
const full = (head: string, part: string) => head + part.repeat(Math.floor((MIB - head.length) / part.length));
const each = (times: number, line: (index: number) => string) =>
  Array.from({ length: times }, (_, at) => line(at)).join('\n');

const faultOf = (text: string) => {
  const parsed = parseWorkflowYaml(text);
  return 'faults' in parsed ? parsed.faults[0] : undefined;
};

describe('a document is refused before it is composed', () => {
  it.each([
    ['brackets', '[', ']'],
    ['braces', '{a: ', '}'],
    ['dashes', '- ', ''],
    ['question marks', '? ', ''],
    ['mixed brackets', '[{"a": ', '}]'],
    ['keys of one line', 'a: ', ''],
  ])('when its %s are nested too deep', (_, open, close) => {
    for (const depth of [65, 1_500, 10_000, 100_000]) {
      expect(faultOf(open.repeat(depth) + close.repeat(depth))?.message).toContain('nested deeper than 64');
    }
  });

  it('when its indentation is too deep', () => {
    expect(faultOf(each(200, (depth) => `${' '.repeat(depth)}a:`))).toMatchObject({
      line: expect.any(Number) as number,
    });
    expect(faultOf(each(200, (depth) => `${' '.repeat(depth)}a:`))?.message).toContain('nested deeper');
  });

  it.each([
    ['commas', full('[', ',')],
    ['pairs', full('{', 'a: 1,')],
    ['items', full('', '-\n')],
    ['keys', each(60_000, (at) => `k${at}: 1`)],
    ['documents', full('', '---\n')],
  ])('when its %s are too many', (_, text) => {
    expect(faultOf(text)?.message).toContain('more than 50000 values');
  });

  it.each([
    ['comments', full('', '#\n')],
    ['empty lines', full('a: 1', '\n')],
    ['closing brackets', full('', ']')],
    ['tags', full('', '!a ')],
    ['directives', full('', '%YAML 1.2\n')],
  ])('when its %s are too many', (_, text) => {
    expect(faultOf(text)).toBeDefined();
  });

  it('when it has very many anchors and aliases', () => {
    expect(faultOf(each(2_000, (at) => `- &a${at} 1\n- *a${at}`))?.message).toContain('anchors and aliases');
  });

  it('when it is longer than a mebibyte', () => {
    expect(faultOf(`id: a\nname: "${'é'.repeat(MIB / 2)}"`)?.message).toContain('1 MiB');
  });
});

describe('aliases', () => {
  const uses = (name: string) => `[${`*${name}, `.repeat(9)}]`;

  it.each([
    ['values', (at: number) => `b${at}: &a${at + 1} ${uses(`a${at}`)}`],
    ['merged mappings', (at: number) => `b${at}: &a${at + 1} {<<: ${uses(`a${at}`)}}`],
  ])('count as what they stand for: %s', (_, line) => {
    expect(faultOf(`a: &a0 {x: 1}\n${each(30, line)}`)?.message).toContain('with its aliases filled in');
  });

  it('count their bytes', () => {
    const fault = faultOf(`a: &a "${'x'.repeat(100_000)}"\nb: [${'*a, '.repeat(20)}]`);

    expect(fault?.message).toContain('1 MiB with its aliases filled in');
  });

  it.each([
    ['an unknown value', 'id: *nothing', 1],
    ['the value around it', 'a: &a\n  b: [*a]', 2],
    ['the mapping that merges it', 'a: 1\nb: &b\n  <<: *b', 3],
    ['the mapping that merges it under a name that was used before', 'a: &b {}\nb: &b\n  <<: *b', 3],
  ])('may not stand for %s', (_, text, line) => {
    expect(faultOf(text)).toMatchObject({ line, message: expect.stringContaining('no value before it') as string });
  });
});

describe('a merge key', () => {
  const workflow = (...phases: string[]) => ['id: a', 'name: A', 'phases:', ...phases].join('\n');

  it('takes the fields of a mapping that are not given', () => {
    const base = '  - &base {id: p0, name: Same, order: 1, timeout_seconds: 5}';
    const others = each(199, (at) => `  - {<<: *base, id: p${at + 1}, order: ${at + 2}}`);

    const parsed = parseWorkflowYaml(workflow(base, others));
    expect(parsed).toMatchObject({ definition: { phases: { length: 200 } } });
    expect('definition' in parsed && parsed.definition.phases.at(-1)).toMatchObject({
      phaseId: 'p199',
      name: 'Same',
      timeoutSeconds: 5,
    });
  });

  it('takes several mappings, the first of which wins', () => {
    const text = workflow('  - <<: [{name: First}, {name: Second, order: 3}]', '    id: p');

    expect(parseWorkflowYaml(text)).toMatchObject({ definition: { phases: [{ name: 'First', order: 3 }] } });
  });

  it.each(['1', 'text', '[1]', '', '*name'])('refuses %j', (value) => {
    expect(faultOf(workflow('  - &name p', `  - <<: ${value}`, '    id: p'))).toMatchObject({
      message: 'takes mappings only',
    });
  });
});

describe('any document', () => {
  /** Parts that together make nested, repeated, broken and valid documents. */
  const part = fc.constantFrom(
    '[',
    ']',
    '{',
    '}',
    ',',
    ': ',
    '- ',
    '? ',
    '\n',
    '  ',
    '#c\n',
    '&a ',
    '*a ',
    '!t ',
    '!!str ',
    '|\n',
    '>\n',
    '"',
    "'",
    '<<: ',
    '%TAG ! x\n',
    '---\n',
    '...\n',
    'a',
    '\t',
    '\0',
    '\ufeff',
    '@',
    '\\',
    'id: a\n',
    'phases:\n',
  );
  const text = fc
    .tuple(fc.array(fc.tuple(fc.array(part, { maxLength: 4 }), fc.integer({ min: 1, max: 200 })), { maxLength: 8 }))
    .map(([runs]) => runs.map(([parts, times]) => parts.join('').repeat(times)).join(''));

  it('is a workflow or has faults with a line', () => {
    fc.assert(
      fc.property(text, (document) => {
        const parsed = parseWorkflowYaml(document);
        if ('faults' in parsed) for (const { line } of parsed.faults) expect(line).toBeGreaterThan(0);
      }),
      { seed: 20_260_101, numRuns: 200 },
    );
  });
});

describe('a prompt', () => {
  const workflow = (prompt: string) =>
    `id: a\nname: A\nphases:\n  - id: p\n    name: P\n    order: 1\n    prompt_template: ${prompt}`;

  it('has at most 256 KiB', () => {
    expect(faultOf(workflow('é'.repeat(128 * 1024)))).toBeUndefined();
    expect(faultOf(workflow('é'.repeat(128 * 1024 + 1)))).toEqual({
      field: 'phases[0].prompt_template',
      message: 'a prompt has at most 256 KiB',
      line: 7,
      column: 5,
    });
  });
});
