import type { PackageFiles } from './workflow-package';
import { parseWorkflowYaml } from './workflow-yaml';

const document = (file: string, more = '') =>
  `id: hello\nname: Hello\nphases:\n  - id: greet\n    name: Greet\n    order: 1\n    prompt_file: ${file}\n${more}`;

const read = (files: PackageFiles, file: string, more = '', directory = 'workflows/hello') =>
  parseWorkflowYaml(document(file, more), { files, directory });

const phaseOf = (parsed: ReturnType<typeof read>) => ('definition' in parsed ? parsed.definition.phases[0] : parsed);

describe('the prompt of a phase', () => {
  it('is the text of a file beside the document, or of the library', () => {
    const files = { 'workflows/hello/phases/greet.md': 'Say hello.\n', 'phase-library/farewell.md': 'Say goodbye.' };

    expect(phaseOf(read(files, 'phases/greet.md'))).toMatchObject({ promptTemplate: 'Say hello.\n' });
    expect(phaseOf(read(files, './phases/../phases/greet.md'))).toMatchObject({ promptTemplate: 'Say hello.\n' });
    expect(phaseOf(read(files, 'shared://farewell'))).toMatchObject({ promptTemplate: 'Say goodbye.' });
  });

  it('stands behind a front matter, whose fields count where the phase has none', () => {
    const head = 'model: sonnet\nallowed-tools: Bash, Read\nmax-tokens: 100\nargument-hint: what\ntimeout_seconds: 9';
    const files = { 'workflows/hello/a.md': `---\n${head}\n---\nSay hello.` };

    expect(phaseOf(read(files, 'a.md', '    model: haiku\n'))).toMatchObject({
      promptTemplate: 'Say hello.',
      model: 'haiku',
      allowedTools: ['Bash', 'Read'],
      maxTokens: 100,
      argumentHint: 'what',
      timeoutSeconds: 9,
    });
  });

  it('is that of the document where it has one', () => {
    expect(phaseOf(read({}, 'a.md', '    prompt_template: here\n'))).toMatchObject({ promptTemplate: 'here' });
  });

  it.each([
    ['none.md', {}, 'not in the package'],
    ['../../../etc/passwd', { '../etc/passwd': 'x', 'etc/passwd': 'x' }, 'not in the package'],
    ['/etc/passwd', { '/etc/passwd': 'x', 'etc/passwd': 'x' }, 'not in the package'],
    ['shared://../../secret', { secret: 'x', 'secret.md': 'x' }, 'not in the package'],
    ['constructor', {}, 'not in the package'],
    ['a.md', { 'workflows/hello/a.md': '---\nsecret: 1\n---\n' }, 'a field that it may not have: secret'],
    ['a.md', { 'workflows/hello/a.md': '---\n- a\n---\n' }, 'is no mapping'],
    ['a.md', { 'workflows/hello/a.md': '---\na: [\n---\n' }, 'is no YAML'],
    ['a.md', { 'workflows/hello/a.md': `---\n${'['.repeat(100)}\n---\n` }, 'front matter'],
  ])('is missing in %s of %j', (file, files, why) => {
    const parsed = read(files, file);

    expect('faults' in parsed && parsed.faults[0]).toMatchObject({
      field: 'phases[0].prompt_file',
      line: 7,
      message: expect.stringContaining(why) as unknown,
    });
  });

  it('has values that phases may have', () => {
    const parsed = read({ 'workflows/hello/a.md': '---\nmax-tokens: many\n---\n' }, 'a.md');

    expect('faults' in parsed && parsed.faults[0]).toMatchObject({ field: 'phases[0].max_tokens' });
  });
});
