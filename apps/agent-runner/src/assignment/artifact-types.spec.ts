import { contentTypeOf, typeByContent } from './artifact-types';

describe('the content type of a file', () => {
  it.each([
    ['notes.md', 'text/markdown'],
    ['run.log', 'text/plain'],
    ['data.JSON', 'application/json'],
    ['workflow.yml', 'application/yaml'],
    ['main.ts', 'text/x-typescript'],
    ['tool.py', 'text/x-python'],
    ['chart.png', 'image/png'],
    ['report.pdf', 'application/pdf'],
    ['logo.svg', 'image/svg+xml'],
    ['archive.unknown', 'application/octet-stream'],
    ['png', 'application/octet-stream'],
    ['Makefile', 'application/octet-stream'],
  ])('%s is %s', (path, type) => {
    expect(contentTypeOf(path)).toBe(type);
  });

  it('decides the artifact type where no phase does', () => {
    expect(['a.md', 'a.txt', 'a.json', 'a.yaml', 'a.png'].map(typeByContent)).toEqual([
      'markdown',
      'text',
      'json',
      'yaml',
      'other',
    ]);
  });
});
