import { parseWorkflowYaml } from './workflow-yaml';

const yaml = (...lines: string[]) => lines.join('\n');

const faultsOf = (text: string) => {
  const parsed = parseWorkflowYaml(text);
  return 'faults' in parsed ? parsed.faults.map(({ line, field, message }) => ({ line, field, message })) : [];
};

describe('a workflow in YAML', () => {
  it('takes every default of the format', () => {
    const parsed = parseWorkflowYaml(
      yaml('id: hello', 'name: Hello', 'phases:', '  - {id: greet, name: Greet, order: 1, prompt_template: Say hello}'),
    );

    expect(parsed).toMatchObject({
      workflowId: 'hello',
      definition: {
        workflowType: 'custom',
        classification: 'standard',
        requiresRepos: true,
        phases: [{ phaseId: 'greet', executionType: 'sequential', timeoutSeconds: 300, allowedTools: [] }],
      },
    });
  });

  it('takes null as absent, and the name of a prompt file whose text is here', () => {
    const phase =
      '{id: greet, name: Greet, order: 1, prompt_file: a.md, prompt_template: Hi, tools: null, model: null}';
    const parsed = parseWorkflowYaml(yaml('id: hello', 'name: Hello', 'phases:', `  - ${phase}`));

    const read = { workflowId: 'hello', definition: { phases: [{ promptTemplate: 'Hi', allowedTools: [] }] } };
    expect(parsed).toMatchObject(read);
    expect(parsed).not.toHaveProperty('definition.phases.0.model', expect.anything());
  });

  it('reads `tools` as allowed tools, and an agent at both levels', () => {
    const parsed = parseWorkflowYaml(
      yaml(
        'id: hello',
        'name: Hello',
        'agent: {provider: command, command: [sh, -c, "true"]}',
        'phases:',
        '  - id: greet',
        '    name: Greet',
        '    order: 1',
        '    tools: [Read]',
        '    agent: {provider: simulated, tools_per_turn: 2}',
      ),
    );

    expect(parsed).toMatchObject({
      definition: {
        agent: { provider: 'command', command: ['sh', '-c', 'true'] },
        phases: [{ allowedTools: ['Read'], agent: { provider: 'simulated', toolsPerTurn: 2 } }],
      },
    });
  });
});

describe('the retries of interrupted executions', () => {
  const withRetries = (retries: string) =>
    yaml('id: a', 'name: A', `interruption_retries: ${retries}`, 'phases:', '  - {id: one, name: One, order: 1}');

  it('are read, with a back-off of no seconds where none is given', () => {
    expect(parseWorkflowYaml(withRetries('{max: 3}'))).toMatchObject({
      definition: { interruptionRetries: { max: 3, backoffSeconds: 0 } },
    });
    expect(parseWorkflowYaml(withRetries('{max: 1, backoff_seconds: 30}'))).toMatchObject({
      definition: { interruptionRetries: { max: 1, backoffSeconds: 30 } },
    });
  });

  it('are bounded, and have no other field', () => {
    expect(faultsOf(withRetries('{max: 11}'))).toMatchObject([{ line: 3, field: 'interruption_retries.max' }]);
    expect(faultsOf(withRetries('{backoff_seconds: 86401}'))).toMatchObject([
      { line: 3, field: 'interruption_retries.backoff_seconds' },
    ]);
    expect(faultsOf(withRetries('{retries: 3}'))).toMatchObject([{ line: 3, field: 'interruption_retries.retries' }]);
  });
});

describe('the settings of an agent', () => {
  const claude = (...lines: string[]) =>
    yaml('id: a', 'name: A', 'agent:', '  provider: claude', ...lines, 'phases:', '  - {id: one, name: One, order: 1}');

  it('are read for a workflow, and its bound of an answer for the phases that name none', () => {
    const parsed = parseWorkflowYaml(
      yaml(
        'id: a',
        'name: A',
        'agent:',
        '  provider: claude',
        '  model: claude-sonnet-5-5',
        '  max_tokens: 4000',
        '  permission_mode: acceptEdits',
        '  max_turns: 12',
        '  mcp_servers: {files: {command: [node, server.js], env: {LEVEL: debug}}}',
        '  skills: {greeting: "Say hello."}',
        '  output_schema: {type: object, properties: {pattern: {type: string}}, required: [pattern]}',
        'phases:',
        '  - {id: one, name: One, order: 1}',
        '  - {id: two, name: Two, order: 2, max_tokens: 100, agent: {provider: claude, max_turns: 1}}',
      ),
    );

    expect(parsed).toMatchObject({
      definition: {
        agent: {
          permissionMode: 'acceptEdits',
          maxTurns: 12,
          mcpServers: { files: { command: ['node', 'server.js'], env: { LEVEL: 'debug' } } },
          skills: { greeting: 'Say hello.' },
          outputSchema: { type: 'object', required: ['pattern'] },
        },
        phases: [
          { model: 'claude-sonnet-5-5', maxTokens: 4000 },
          { maxTokens: 100, agent: { maxTurns: 1 } },
        ],
      },
    });
  });

  it.each([
    ['an unknown mode', ['  permission_mode: yolo'], 5, 'agent.permission_mode'],
    ['a skill that is a path', ['  skills: {"../x": text}'], 5, 'agent.skills.../x'],
    ['a server without a program', ['  mcp_servers: {a: {command: []}}'], 5, 'agent.mcp_servers.a.command'],
    ['an answer that is no object', ['  output_schema: {type: string}'], 5, 'agent.output_schema'],
    ['no schema', ['  output_schema: {type: object, properties: {a: {type: foo}}}'], 5, 'agent.output_schema'],
    [
      'a regular expression in a schema',
      ['  output_schema: {type: object, properties: {a: {type: string, pattern: "(a+)+"}}}'],
      5,
      'agent.output_schema',
    ],
  ])('refuse %s', (_, lines, line, field) => {
    expect(faultsOf(claude(...lines))).toMatchObject([{ line, field }]);
  });
});

describe('a fault names line and field', () => {
  const phase = '  - {id: one, name: One, order: 1}';

  it.each([
    ['a wrong value', yaml('id: a', 'name: A', 'classification: tiny', 'phases:', phase), 3, 'classification'],
    ['a missing field', yaml('id: a', 'phases:', phase), 1, 'name'],
    [
      'an unknown key',
      yaml('id: a', 'name: A', 'phases:', '  - id: one', '    nmae: One', '    name: One', '    order: 1'),
      5,
      'phases[0].nmae',
    ],
    [
      'a repeated phase id',
      yaml('id: a', 'name: A', 'phases:', phase, '  - {id: one, name: Two, order: 2}'),
      5,
      'phases[1].id',
    ],
    [
      'a repeated order',
      yaml('id: a', 'name: A', 'phases:', phase, '  - {id: two, name: Two, order: 1}'),
      5,
      'phases[1].order',
    ],
    [
      'a prompt in a file',
      yaml('id: a', 'name: A', 'phases:', '  - id: one', '    name: One', '    order: 1', '    prompt_file: one.md'),
      7,
      'phases[0].prompt_file',
    ],
    [
      'a recording that is a path',
      yaml('id: a', 'name: A', 'agent:', '  provider: replay', '  recording: ../secret', 'phases:', phase),
      5,
      'agent.recording',
    ],
    [
      'an id that names no directory',
      yaml('id: a', 'name: A', 'phases:', '  - {id: ../one, name: One, order: 1}'),
      4,
      'phases[0].id',
    ],
  ])('%s', (_, text, line, field) => {
    expect(faultsOf(text)).toEqual([expect.objectContaining({ line, field })]);
  });

  it.each([
    ['a key that is there twice', yaml('id: a', 'name: A', 'id: b', 'phases:', phase), 3],
    ['a key that is there twice further in', yaml('id: a', 'name: A', 'phases:', '  - id: a', '    "id": b'), 5],
  ])('%s', (_, text, line) => {
    expect(faultsOf(text)).toContainEqual(
      expect.objectContaining({ line, message: expect.stringContaining('twice') as string }),
    );
  });

  it('of which there are very many, without looking at each key beside each other one', () => {
    const text = Array.from({ length: 20_000 }, (_, index) => `key${index}: 1`).join('\n');

    expect(faultsOf(text).at(-1)?.message).toContain('more faults');
  });

  it.each([
    ['in a block', ['    prompt_template: |', '      one', '      {{tpoic}}'], 9, 'phases[0].prompt_template'],
    ['in a folded block', ['    prompt_template: >-', '', '      {{ tpoic }}'], 9, 'phases[0].prompt_template'],
    ['in a line', ['    prompt_template: "{{tpoic}}"'], 7, 'phases[0].prompt_template'],
    ['in an escaped text', ['    prompt_template: "\\x7b{tpoic}}"'], 7, 'phases[0].prompt_template'],
    ['of its own phase', ['    prompt_template: "{{one}}"'], 7, 'phases[0].prompt_template'],
    ['in a repository', ['    description: x', "repository: {url: '{{tpoic}}/r'}"], 8, 'repository.url'],
    ['in one of several repositories', ['    description: x', 'repos:', "  - '{{tpoic}}/r'"], 9, 'repos[0]'],
  ])('a placeholder that nothing gives a value to, %s', (_, more, line, field) => {
    const text = yaml('id: a', 'name: A', 'phases:', '  - id: one', '    name: One', '    order: 1', ...more);

    expect(faultsOf(text)).toEqual([
      { line, field, message: expect.stringMatching(/\{\{ ?(tpoic|one) ?\}\}.* is no input/) as string },
    ]);
  });

  it('broken YAML', () => {
    expect(faultsOf(yaml('id: a', 'name: [A'))).toEqual([expect.objectContaining({ line: 2 })]);
  });

  it('text that is no mapping', () => {
    expect(faultsOf('just words')).toHaveLength(1);
  });
});

describe('a text that the store cannot hold', () => {
  const document = (name: string, key = 'topic') =>
    ['id: w', 'name: w', 'phases:', '  - id: one', `    name: ${name}`, '    order: 1', `"${key}": 1`].join('\n');

  it.each([
    ['a NUL', document('"a\\0b"'), 'phases[0].name', 5],
    ['half of a pair', document('"a\\ud800b"'), 'phases[0].name', 5],
    ['a NUL in a key', document('plan', 'a\\0b'), 'a\ufffdb', 7],
  ])('is refused with its line: %s', (_, text, field, line) => {
    const message = expect.stringContaining('NUL') as string;
    expect(parseWorkflowYaml(text)).toEqual({ faults: [expect.objectContaining({ field, line, message })] });
  });
});
