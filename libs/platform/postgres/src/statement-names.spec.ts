import { StatementNames } from './statement-names';

const namesOf = (names: StatementNames, texts: readonly string[]) =>
  new Set(texts.map((text) => names.use(text)).filter((name) => name !== undefined));

const many = (count: number, prefix: string) => Array.from({ length: count }, (_, index) => `${prefix} ${index}`);

describe('a statement', () => {
  it('has a name from its third use on, the same in every process', () => {
    const [names, others] = [new StatementNames(), new StatementNames()];
    const used = [1, 2, 3, 4].map(() => [names.use('select $1'), others.use('select $1')]);

    const name = expect.stringMatching(/^[0-9a-f]{32}$/) as string;
    expect(used).toEqual([
      [undefined, undefined],
      [undefined, undefined],
      [name, name],
      [name, name],
    ]);
    expect(used[3]?.[0]).toBe(used[3]?.[1]);
  });

  it('has a name of its own', () => {
    const names = new StatementNames();
    const texts = ['select $1', 'select $2'];

    expect(namesOf(names, [...texts, ...texts, ...texts]).size).toBe(2);
  });
});

describe('names', () => {
  it('are given to at most 100 texts', () => {
    const names = new StatementNames();
    const texts = many(150, 'select');

    expect(namesOf(names, [...texts, ...texts, ...texts, ...texts]).size).toBe(100);
  });

  it('are left for frequent texts by any number of rare ones', () => {
    const names = new StatementNames();
    namesOf(names, many(10_000, 'rare'));

    expect(namesOf(names, ['frequent', 'frequent', 'frequent']).size).toBe(1);
  });

  it('are given to frequent texts that rare ones come between', () => {
    const names = new StatementNames();
    const texts = [1, 2, 3].flatMap((time) => ['frequent', ...many(100, `rare ${time}`)]);

    expect(namesOf(names, texts).size).toBe(1);
  });
});
