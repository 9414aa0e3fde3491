import { DatabaseError } from 'pg';
import { classifyStoreError } from './store-error';

const stateOf = (code: string) => Object.assign(new DatabaseError('refused', 7, 'error'), { code });

describe('an error of the store', () => {
  it.each([
    ['08006', 'connection failure', 'unavailable'],
    ['0A000', 'feature not supported', 'defect'],
    ['22P05', 'untranslatable character', 'unstorable'],
    ['23505', 'unique violation', 'constraint'],
    ['25006', 'read-only transaction', 'unavailable'],
    ['25P02', 'failed transaction', 'defect'],
    ['28P01', 'invalid password', 'unavailable'],
    ['3D000', 'unknown database', 'unavailable'],
    ['40001', 'serialization failure', 'conflict'],
    ['40P01', 'deadlock', 'conflict'],
    ['42501', 'insufficient privilege', 'defect'],
    ['42P01', 'undefined table', 'defect'],
    ['53100', 'disk full', 'unavailable'],
    ['54001', 'statement too complex', 'unstorable'],
    ['55000', 'object not in prerequisite state', 'defect'],
    ['55P03', 'lock not available', 'conflict'],
    ['57014', 'query cancelled', 'unavailable'],
    ['57P01', 'admin shutdown', 'unavailable'],
    ['58030', 'I/O error', 'unavailable'],
    ['P0001', 'raised exception', 'defect'],
    ['XX000', 'internal error', 'defect'],
  ])('with SQLSTATE %s, %s, is classified as %s', (code, _name, kind) => {
    expect(classifyStoreError(stateOf(code))).toBe(kind);
  });

  it('without an SQLSTATE is a defect', () => {
    expect(classifyStoreError(new DatabaseError('refused', 7, 'error'))).toBe('defect');
  });

  it('is found in the cause of another error, and among several', () => {
    expect(classifyStoreError(new Error('a query', { cause: stateOf('23503') }))).toBe('constraint');
    expect(classifyStoreError(new AggregateError([new Error('no'), stateOf('57P03')]))).toBe('unavailable');
  });
});

describe('an error of anything else', () => {
  it.each([
    ['a defect of the code', new TypeError('x is not a function')],
    ['a refusal', new Error('a rule refuses this')],
    ['an error whose cause is no store', new Error('outside', { cause: new Error('inside') })],
    ['several that are none of the store', new AggregateError([new Error('no')])],
    ['text', 'Connection terminated'],
    ['nothing', undefined],
  ])('is foreign: %s', (_, error) => {
    expect(classifyStoreError(error)).toBe('foreign');
  });
});
