import fc from 'fast-check';
import { JsonFields } from './json-fields';
import { SseEvents } from './sse-events';

const PATHS = ['a', 'b.c', 'b.d.e', 'usage'];

const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce<unknown>((inner, name) => {
    const isObject = typeof inner === 'object' && inner !== null && !Array.isArray(inner);
    return isObject && Object.hasOwn(inner, name) ? (inner as Record<string, unknown>)[name] : undefined;
  }, value);

/** Cuts bytes into pieces of these lengths. */
function pieces(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const cut: Buffer[] = [];
  for (let from = 0, n = 0; from < bytes.length; n++) {
    const length = lengths[n % lengths.length] ?? 1;
    cut.push(bytes.subarray(from, from + length));
    from += length;
  }
  return cut;
}

const names = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'usage', 'other', '"', '\\', '\\u0061');
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5 },
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('"usage":{"a":1}', '\\"', '{', '}', ','),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(names, tie('tree'), { maxKeys: 5 }),
  ),
}));
const documents = fc.dictionary(names, tree, { maxKeys: 6 });
const lengths = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe('the fields of a passing document', () => {
  it('are those that JSON.parse finds, however the bytes are cut', () => {
    fc.assert(
      fc.property(documents, lengths, fc.constantFrom(0, 2), (document, cuts, indent) => {
        const bytes = Buffer.from(JSON.stringify(document, null, indent));
        const fields = new JsonFields(PATHS);
        for (const piece of pieces(bytes, cuts)) fields.push(piece);
        const parsed: unknown = JSON.parse(bytes.toString());
        for (const path of PATHS) expect(fields.get(path)).toEqual(at(parsed, path));
        expect(fields.end).toBe(bytes.length - 1);
        const span = fields.span('a');
        if (span) expect(JSON.parse(bytes.subarray(span.start, span.end).toString())).toEqual(at(parsed, 'a'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('are the last ones when they are repeated', () => {
    const fields = new JsonFields(['a']);
    fields.push(Buffer.from('{"a":1,"a":[2]}'));
    expect(fields.get('a')).toEqual([2]);
  });

  it('of arbitrary bytes are arbitrary, and no fault', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), lengths, (bytes, cuts) => {
        const fields = new JsonFields(PATHS);
        for (const piece of pieces(Buffer.from(bytes), cuts)) fields.push(piece);
        for (const path of PATHS) fields.get(path);
      }),
    );
  });

  it('are not kept when they are too large', () => {
    const fields = new JsonFields(['a', 'b']);
    fields.push(Buffer.from(`{"a":"${'x'.repeat(100_000)}","b":2}`));
    expect([fields.get('a'), fields.get('b')]).toEqual([undefined, 2]);
  });
});

describe('the data of events', () => {
  it.each(['\n', '\r\n'])('are whole, however the bytes are cut (%j)', (end) => {
    const lines = [
      'event: one',
      'data: {"a":',
      'data: 1}',
      ': comment',
      '',
      'data:{"a":2}',
      '',
      'id: 3',
      '',
      'data: {"a":3}',
    ];
    const bytes = Buffer.from(lines.join(end));
    fc.assert(
      fc.property(lengths, (cuts) => {
        const seen: unknown[] = [];
        let fields = new JsonFields(['a']);
        const events = new SseEvents({
          onData: (piece) => {
            fields.push(piece);
          },
          onEnd: () => {
            seen.push(fields.get('a'));
            fields = new JsonFields(['a']);
          },
        });
        for (const piece of pieces(bytes, cuts)) events.push(piece);
        events.end();
        expect(seen).toEqual([1, 2, 3]);
      }),
    );
  });
});
