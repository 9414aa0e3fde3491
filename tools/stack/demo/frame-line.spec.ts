import { lineOf } from './frame-line';

const at = new Date('2026-01-02T03:04:05.678Z');

describe('a line for a frame', () => {
  it('has the time, the phase, the event and its fields', () => {
    const data = JSON.stringify({ path: 'report.md', size_bytes: 9, sha256: 'ab', phase_id: 'survey' });

    expect(lineOf({ event: 'ArtifactCreated', data }, at)).toBe(
      '  03:04:05.678  survey    ArtifactCreated       path report.md, size_bytes 9',
    );
  });

  it('shows what an agent printed as it is', () => {
    const data = JSON.stringify({ text: 'counting lines', phase_id: 'survey' });

    expect(lineOf({ event: 'agent_output', data }, at)).toMatch(/agent_output +counting lines$/);
  });

  it('keeps an unknown frame to its plain values, each of bounded length', () => {
    const data = JSON.stringify({ reason: 'x'.repeat(500), nested: { a: 1 }, ok: true });

    expect(lineOf({ event: 'SomethingNew', data }, at)).toBe(
      `  03:04:05.678            SomethingNew          reason ${'x'.repeat(100)}…, ok true`,
    );
  });
});
