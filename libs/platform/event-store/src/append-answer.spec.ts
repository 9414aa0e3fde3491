import { answer } from './append-answer';
import type { AppendOutcome } from './append';

const refusal = { code: 'organization.not_empty', message: 'it has systems' };
const demand = [{ empty: 'systems', refusal }, { empty: 'repos' }] as never;
const codeOf = (outcome: unknown): unknown => {
  try {
    return answer(outcome as AppendOutcome, 'stream-1', demand);
  } catch (error) {
    return (error as Readonly<{ code?: string; name: string }>).code ?? (error as Error).name;
  }
};

it.each([
  [
    { is: 'appended', position: 7, version: 2 },
    { position: 7, version: 2 },
  ],
  [
    { is: 'replayed', position: 7, version: 2 },
    { position: 7, version: 2 },
  ],
  [{ is: 'conflict' }, 'VersionConflict'],
  [{ is: 'outdated' }, 'VersionConflict'],
  [{ is: 'id_reused' }, 'command.id_reused'],
  [{ is: 'claimed', at: 1, by: 'other' }, 'claim.taken'],
  [{ is: 'not_empty', at: 0 }, 'organization.not_empty'],
  [{ is: 'not_empty', at: 1 }, 'scope.not_empty'],
  [{ is: 'fenced' }, 'work.lease_lost'],
  [{ is: 'answered' }, 'command.answered'],
])('an append that ended as %j is answered with %j', (outcome, expected) => {
  expect(codeOf(outcome)).toEqual(expected);
});
