import { PhaseId, Usage } from '@syntropic/kernel';
import { snakeCasingOf } from '@syntropic/live';
import { z } from 'zod';
import { domainFrameData } from './domain-frame';
import { frameText } from './event-stream-text';
import { formatCursor, parseCursor } from './live-cursor';

const recordedAt = '2026-01-01T00:00:00.000Z';

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
    const schema = z.object({
      phaseId: PhaseId,
      usage: Usage,
      inputs: z.record(z.string(), z.string()),
      list: z.array(z.object({ sizeBytes: z.int() })),
    });

    expect(snakeCasingOf(schema)(data)).toEqual({
      phase_id: 'p',
      usage: { by_model: { 'Model-X': { input_tokens: 1 } } },
      inputs: { topicName: 'x' },
      list: [{ size_bytes: 2 }],
    });
  });

  it('keeps the keys that the contract of its event declares as keys of a map', () => {
    const data = { inputs: { topicName: 'x' }, newField: { newName: 1 } };

    expect(domainFrameData({ type: 'ExecutionStarted', data, recordedAt })).toEqual({
      inputs: { topicName: 'x' },
      new_field: { new_name: 1 },
      recorded_at: recordedAt,
    });
  });

  it.each(['PhaseFailed', 'ExecutionInterrupted'])('of %s has the time of the retry that it schedules', (type) => {
    expect(domainFrameData({ type, data: { retryInSeconds: 90 }, recordedAt })).toEqual({
      retry_in_seconds: 90,
      retry_at: '2026-01-01T00:01:30.000Z',
      recorded_at: recordedAt,
    });
    expect(domainFrameData({ type, data: {}, recordedAt })).toEqual({ recorded_at: recordedAt });
  });

  it('of an unknown event has every key in snake_case', () => {
    const data = { someField: { innerName: [{ aB: 1 }] } };

    expect(domainFrameData({ type: 'ExecutionMoved', data, recordedAt })).toEqual({
      some_field: { inner_name: [{ a_b: 1 }] },
      recorded_at: recordedAt,
    });
  });
});
