import { replay, type Aggregate } from '../aggregate';
import { DomainError } from '../domain-error';
import type { Event } from '../event';

/** Given these facts, when this is decided, then these are the new facts. */
export const specificationOf = <State, E extends Event>(
  aggregate: Pick<Aggregate<State, E>, 'name' | 'initial' | 'evolve'>,
) => ({
  given: (...history: E[]) => ({
    when: <Args extends unknown[]>(decide: (state: State, ...args: Args) => readonly E[], ...args: Args) => {
      const decided = () => decide(replay(aggregate, history, aggregate.initial), ...args);

      return {
        then: (...expected: E[]) => {
          expect(decided()).toEqual(expected);
        },
        thenNothing: () => {
          expect(decided()).toEqual([]);
        },
        thenRefused: (code: string) => {
          expect(refusalOf(decided)).toBe(code);
        },
      };
    },
  }),
});

const refusalOf = (decided: () => unknown): string | undefined => {
  try {
    decided();
    return undefined;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};
