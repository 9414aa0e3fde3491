import { nameOf, pluralOf } from './names';

it('a name has a spelling for each use', () => {
  expect(nameOf('cost-center-2')).toEqual({
    kebab: 'cost-center-2',
    camel: 'costCenter2',
    pascal: 'CostCenter2',
    snake: 'cost_center_2',
    words: 'cost center 2',
  });
});

it.each(['', 'Invoice', 'cost_center', '-x', 'x-', 'a--b', '2nd', '../x', 'a/b', 'x'.repeat(37)])(
  '%j is no name',
  (text) => {
    expect(() => nameOf(text)).toThrow('is no name');
  },
);

it.each(['class', 'new', 'contract', 'event', 'page', 'z', 'platform', 'catalogue', 'map', 'error', 'request'])(
  '%s is reserved',
  (text) => {
    expect(() => nameOf(text)).toThrow('is a reserved name');
  },
);

it.each([
  ['invoice', 'invoices'],
  ['cost-category', 'cost-categories'],
  ['key', 'keys'],
  ['address', 'addresses'],
  ['match', 'matches'],
  ['box', 'boxes'],
])('the plural of %s is %s', (one, several) => {
  expect(pluralOf(nameOf(one)).kebab).toBe(several);
});
