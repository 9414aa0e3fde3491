import { frameText } from './event-stream-text';
import { formatCursor, parseCursor } from './live-cursor';
import { snakeCased } from './snake-case';

describe('a frame', () => {
  it('is one event of a stream, on lines of its own', () => {
    const text = frameText({ id: 'e.1-2', event: 'odd\nname', data: { text: 'two\nlines' } });

    expect(text).toBe('id: e.1-2\nevent: odd name\ndata: {"text":"two\\nlines"}\n\n');
  });

  it('has an id that leads back to where it was', () => {
    const cursor = { epoch: '0f8fad5b-d9cb-469f-a165-70867728950e', position: 12, sequence: 0 };

    expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
  });

  it.each([undefined, '', '7', '0f8fad5b-d9cb-469f-a165-70867728950e.x-1'])('begins anew for the id %s', (id) => {
    expect(parseCursor(id)).toBeUndefined();
  });
});

describe('event data', () => {
  it('has field names in snake_case; keys of maps stay', () => {
    const data = {
      phaseId: 'p',
      usage: { byModel: { 'Model-X': { inputTokens: 1 } } },
      inputs: { topicName: 'x' },
      list: [{ sizeBytes: 2 }],
    };

    expect(snakeCased(data)).toEqual({
      phase_id: 'p',
      usage: { by_model: { 'Model-X': { input_tokens: 1 } } },
      inputs: { topicName: 'x' },
      list: [{ size_bytes: 2 }],
    });
  });
});
