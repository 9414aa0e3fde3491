import { parseWorkflowYaml } from './workflow-yaml';

const faultsOf = (text: string) => {
  const parsed = parseWorkflowYaml(text);
  return 'faults' in parsed ? parsed.faults.map(({ line, field }) => ({ line, field })) : [];
};

describe('the set-up of an agent', () => {
  const withSetup = (setup: string) =>
    [
      'id: a',
      'name: A',
      `agent: {provider: claude, setup: ${setup}}`,
      'phases:',
      '  - {id: one, name: One, order: 1}',
    ].join('\n');

  it('is read, with ten minutes and no hosts where nothing is said', () => {
    expect(parseWorkflowYaml(withSetup('{commands: [make]}'))).toMatchObject({
      definition: { agent: { setup: { commands: ['make'], egress: [], timeoutSeconds: 600 } } },
    });
    const whole = '{commands: [a, b], egress: [registry.npmjs.org], timeout_seconds: 60}';
    expect(parseWorkflowYaml(withSetup(whole))).toMatchObject({
      definition: { agent: { setup: { commands: ['a', 'b'], egress: ['registry.npmjs.org'], timeoutSeconds: 60 } } },
    });
  });

  it('names secrets, each once, as variables that no workspace has anyway', () => {
    expect(parseWorkflowYaml(withSetup('{commands: [make], secrets: [NPM_TOKEN, A1]}'))).toMatchObject({
      definition: { agent: { setup: { secrets: ['NPM_TOKEN', 'A1'] } } },
    });
    for (const wrong of ['npm_token', 'A-B', 'PATH', 'HTTPS_PROXY', 'SYN_RUNNER_SOCKET', `A${'B'.repeat(100)}`]) {
      expect(faultsOf(withSetup(`{commands: [make], secrets: [${wrong}]}`))).toMatchObject([
        { field: 'agent.setup.secrets[0]' },
      ]);
    }
    const many = JSON.stringify(Array.from({ length: 21 }, (_, index) => `A${index}`));
    for (const wrong of ['[A, A]', many]) {
      expect(faultsOf(withSetup(`{commands: [make], secrets: ${wrong}}`))).toMatchObject([
        { field: 'agent.setup.secrets' },
      ]);
    }
  });

  it('has at least one command, and at most 50 of 64 KiB together', () => {
    const many = JSON.stringify(Array.from({ length: 51 }, () => 'make'));
    const long = JSON.stringify(['é'.repeat(20_000), 'é'.repeat(20_000)]);
    for (const commands of ['[]', many, long]) {
      expect(faultsOf(withSetup(`{commands: ${commands}}`))).toMatchObject([
        { line: 3, field: 'agent.setup.commands' },
      ]);
    }
    expect(faultsOf(withSetup('{commands: [make], timeout_seconds: 7201}'))).toMatchObject([
      { field: 'agent.setup.timeout_seconds' },
    ]);
    expect(faultsOf(withSetup('{commands: [make], shell: bash}'))).toMatchObject([{ field: 'agent.setup.shell' }]);
  });
});
