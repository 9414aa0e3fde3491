import { unstorableTexts } from './unstorable-text';

const fieldsOf = (input: unknown) => unstorableTexts(input).map(({ field }) => field);

describe('texts that cannot be stored', () => {
  it('are named by their field, in lists and objects, values and keys', () => {
    expect(fieldsOf({ reason: 'a\0b', phases: [{ name: 'fine' }, { name: 'half \ud83d' }] })).toEqual(
      expect.arrayContaining(['reason', 'phases[1].name']),
    );
    expect(fieldsOf({ inputs: { 'to\0pic': 'x' } })).toEqual(['inputs.to\ufffdpic']);
    expect(fieldsOf('\0')).toEqual(['']);
  });

  it('are no whole characters, however rare', () => {
    expect(fieldsOf({ text: '😀 \ufffd \u0001', list: [null, 1, true], nothing: undefined })).toEqual([]);
  });

  it('are found below any depth', () => {
    let nested: unknown = 'deep \0';
    for (let depth = 0; depth < 100_000; depth += 1) nested = [nested];

    expect(fieldsOf(nested)).toHaveLength(1);
  });

  it('are named twenty at the most', () => {
    expect(fieldsOf(Array.from({ length: 1_000 }, () => '\0'))).toHaveLength(20);
  });
});
