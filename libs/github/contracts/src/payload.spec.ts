import { jsonBytes, type Immutable } from '@syntropic/kernel';
import type { Condition } from './condition';
import { isMatch, matchOf } from './matching';
import { factsOf, inputsFrom, valueAt } from './payload';
import { presets } from './presets';

const payload = {
  action: 'completed',
  number: 7,
  draft: false,
  labels: ['bug', 'help'],
  nothing: null,
  zero: 0,
  check_run: { conclusion: 'failure', pull_requests: [{ number: 7, head: { ref: 'fix' } }], empty: [] },
};

const passes = (conditions: readonly Immutable<Condition>[], about: unknown) =>
  isMatch(matchOf({ event: 'push', conditions, config: {} }, 'push', about));
const holds = (field: string, operator: Condition['operator'], value?: Condition['value']) =>
  passes([{ field, operator, ...(value !== undefined && { value }) }], payload);

describe('a path', () => {
  it('leads through names and items, and to nothing where a part is missing', () => {
    expect(valueAt(payload, 'check_run.pull_requests[0].head.ref')).toBe('fix');
    expect(valueAt(payload, 'check_run.pull_requests[1].head.ref')).toBeUndefined();
    expect(valueAt(payload, 'nothing.at.all')).toBeUndefined();
    expect(valueAt(payload, 'action.length')).toBeUndefined();
    expect(valueAt(payload, 'constructor.name')).toBeUndefined();
    expect(valueAt('text', 'a')).toBeUndefined();
  });
});

describe('a condition', () => {
  it.each([
    ['action', 'eq', 'completed', true],
    ['number', 'eq', '7', true],
    ['number', 'eq', 7, true],
    ['draft', 'eq', 'false', true],
    ['draft', 'eq', true, false],
    ['missing', 'eq', 'undefined', false],
    ['labels', 'eq', 'bug,help', false],
    ['action', 'neq', 'created', true],
    ['missing', 'neq', 'x', true],
    ['number', 'neq', '7', false],
    ['action', 'in', 'created, completed', true],
    ['number', 'in', [6, 7], true],
    ['action', 'in', ['created'], false],
    ['action', 'not_in', 'created', true],
    ['action', 'not_in', ['completed'], false],
    ['action', 'contains', 'plet', true],
    ['labels', 'contains', 'bug', true],
    ['labels', 'contains', 'bu', false],
    ['number', 'contains', '7', true],
    ['missing', 'contains', '', false],
    ['check_run', 'contains', 'x', false],
    ['check_run.pull_requests', 'not_empty', undefined, true],
    ['check_run.empty', 'not_empty', undefined, false],
    ['zero', 'is_empty', undefined, true],
    ['nothing', 'is_empty', undefined, true],
    ['missing', 'is_empty', undefined, true],
    ['action', 'is_empty', undefined, false],
  ] as const)('%s %s %j: %s', (field, operator, value, expected) => {
    expect(holds(field, operator, value as Condition['value'])).toBe(expected);
  });

  it('must hold together with all others', () => {
    const [one, other]: Condition[] = [
      { field: 'action', operator: 'eq', value: 'completed' },
      { field: 'number', operator: 'eq', value: 8 },
    ];
    expect(passes([], payload)).toBe(true);
    expect(passes([one as Condition, other as Condition], payload)).toBe(false);
  });
});

describe('inputs', () => {
  it('are texts; what is missing is left out', () => {
    expect(
      inputsFrom({ pr: 'number', refs: 'labels', none: 'nothing', gone: 'missing', no: 'draft' }, payload),
    ).toEqual({
      pr: '7',
      refs: '["bug","help"]',
      no: 'false',
    });
  });

  it('are cut to 8 KiB each and 32 KiB together, however their text is written', () => {
    const hostile = { text: '\u0001'.repeat(100_000), halves: '\ud800'.repeat(9_000) };
    const mapping = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`input_${n}`, n % 2 ? 'text' : 'halves']));
    const inputs = inputsFrom(mapping, hostile);
    expect(jsonBytes(inputs)).toBeLessThanOrEqual(32 * 1024);
    expect(Object.keys(inputs).length).toBeGreaterThan(1);
    for (const text of Object.values(inputs)) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(8 * 1024);
    expect(inputsFrom({ text: 'text' }, { text: 'y'.repeat(9_000) })['text']).toMatch(/^y+…$/);
  });
});

describe('the facts of a payload', () => {
  it.each([
    [{ pull_request: { number: 7 } }, 7],
    [{ check_run: { pull_requests: [{ number: 8 }] } }, 8],
    [{ check_suite: { pull_requests: [{ number: 9 }] } }, 9],
    [{ issue: { number: 10, pull_request: { url: 'x' } } }, 10],
    [{ issue: { number: 11 } }, undefined],
    [{ pull_request: { number: '7' } }, undefined],
    [{}, undefined],
  ])('%j are about pull request %s', (about, expected) => {
    expect(factsOf(about).prNumber).toBe(expected);
  });

  it('name the sender', () => {
    expect(factsOf({ sender: { login: 'ada' } })).toEqual({ sender: 'ada' });
    expect(factsOf({ sender: { login: 7 } })).toEqual({});
  });
});

describe('the presets', () => {
  const member = { author_association: 'MEMBER', body: 'please /syn fix', state: 'changes_requested' };
  const stranger = { ...member, author_association: 'NONE' };

  it.each([
    ['self-healing', payload, true],
    ['self-healing', { check_run: { ...payload.check_run, conclusion: 'success' } }, false],
    ['self-healing', { check_run: { ...payload.check_run, pull_requests: [] } }, false],
    ['review-fix', { review: member, pull_request: { draft: false } }, true],
    ['review-fix', { review: member, pull_request: { draft: true } }, false],
    ['review-fix', { review: { ...member, state: 'approved' }, pull_request: { draft: false } }, false],
    ['review-fix', { review: stranger, pull_request: { draft: false } }, false],
    ['comment-command', { comment: member, issue: { pull_request: { url: 'x' } } }, true],
    ['comment-command', { comment: member, issue: {} }, false],
    ['comment-command', { comment: stranger, issue: { pull_request: { url: 'x' } } }, false],
    ['comment-command', { comment: { ...member, body: 'nice' }, issue: { pull_request: { url: 'x' } } }, false],
  ] as const)('%s of %j: %s', (name, about, expected) => {
    expect(passes(presets[name].conditions, about)).toBe(expected);
  });
});
