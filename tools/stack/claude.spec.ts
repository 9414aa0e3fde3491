import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { claudeLacks, withClaude } from './claude';

describe('the example with Claude', () => {
  const root = mkdtempSync(join(tmpdir(), 'syn-claude-'));
  const folder = join(
    root,
    `tools/agents/claude/node_modules/@anthropic-ai/claude-code-${process.platform}-${process.arch}`,
  );
  afterAll(() => {
    rmSync(root, { recursive: true });
  });

  it('names what it lacks', () => {
    expect(claudeLacks({})).toBe(
      'ANTHROPIC_API_KEY (or ANTHROPIC_BASE_URL and ANTHROPIC_AUTH_TOKEN), and its program: npm start -- --with-claude',
    );
    expect(claudeLacks({ ANTHROPIC_API_KEY: 'key' })).toBe('its program: npm start -- --with-claude');
    expect(claudeLacks({ SYN_CLAUDE_BIN: '/claude', ANTHROPIC_BASE_URL: 'http://models' })).toMatch(
      /^ANTHROPIC_API_KEY/,
    );
  });

  it('runs with a credential and a program', () => {
    expect(claudeLacks({ ANTHROPIC_API_KEY: 'key', SYN_CLAUDE_BIN: '/claude' })).toBeUndefined();
    const server = { ANTHROPIC_BASE_URL: 'http://models', ANTHROPIC_AUTH_TOKEN: 'token' };
    expect(claudeLacks({ ...server, SYN_CLAUDE_BIN: '/claude' })).toBeUndefined();
  });

  it('uses the installed program unless another is named', () => {
    expect(withClaude({}, root)).toEqual({});
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'claude'), '');

    expect(withClaude({}, root)).toEqual({ SYN_CLAUDE_BIN: join(folder, 'claude') });
    expect(withClaude({ SYN_CLAUDE_BIN: '/mine' }, root)).toEqual({ SYN_CLAUDE_BIN: '/mine' });
  });
});
