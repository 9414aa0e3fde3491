import { z } from 'zod';
import { snakeCased, snakeCasingOf } from './snake-case';

const Shape = z.object({ sizeBytes: z.int() });
const renamed = snakeCasingOf(
  z.object({
    phaseId: z.string(),
    byName: z.record(z.string(), Shape).optional(),
    someFiles: z.array(Shape).default([]),
    oneOf: z
      .discriminatedUnion('kind', [
        z.object({ kind: z.literal('map'), ownInputs: z.record(z.string(), z.string()) }),
        z.object({ kind: z.literal('fields'), ownInputs: z.object({ topicName: z.string() }) }),
      ])
      .nullable(),
  }),
);

describe('field names in snake_case', () => {
  it.each([
    [{ phaseId: 'aB' }, { phase_id: 'aB' }],
    [{ byName: { 'Model-X': { sizeBytes: 1 } } }, { by_name: { 'Model-X': { size_bytes: 1 } } }],
    [{ someFiles: [{ sizeBytes: 1 }] }, { some_files: [{ size_bytes: 1 }] }],
    [{ oneOf: { kind: 'map', ownInputs: { aB: 'x' } } }, { one_of: { kind: 'map', own_inputs: { aB: 'x' } } }],
    [
      { oneOf: { kind: 'fields', ownInputs: { topicName: 'x' } } },
      { one_of: { kind: 'fields', own_inputs: { topic_name: 'x' } } },
    ],
    [{ oneOf: null }, { one_of: null }],
  ])('follow the schema: %j', (data, wire) => {
    expect(renamed(data)).toEqual(wire);
  });

  it.each([
    [{ newField: { newName: 1 } }, { new_field: { new_name: 1 } }],
    [
      { byName: [{ aB: 1 }], someFiles: { aB: 1 } },
      { by_name: [{ a_b: 1 }], some_files: { a_b: 1 } },
    ],
    [{ oneOf: { kind: 'newKind', aB: 1 } }, { one_of: { kind: 'newKind', a_b: 1 } }],
    [{ byName: null }, { by_name: null }],
  ])('are made without it for data of a newer writer: %j', (data, wire) => {
    expect(renamed(data)).toEqual(wire);
  });

  it('keep the order of the fields', () => {
    expect(JSON.stringify(renamed({ zZ: 1, phaseId: 'p', aA: 2 }))).toBe('{"z_z":1,"phase_id":"p","a_a":2}');
  });

  it('are made at every depth without a schema', () => {
    expect(snakeCased({ aB: { cD: [{ eF: 'gH' }] } })).toEqual({ a_b: { c_d: [{ e_f: 'gH' }] } });
  });
});
