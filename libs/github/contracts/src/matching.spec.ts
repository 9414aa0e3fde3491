import { isMatch, matchOf, type MatchedRule } from './matching';

const rule = (own: Partial<MatchedRule> = {}): MatchedRule => ({
  event: 'issue_comment.created',
  conditions: [],
  config: {},
  ...own,
});
const by = (login: string, type = 'User') => ({ sender: { login, type } });
const isFor = (config: MatchedRule['config'], event: string, payload: unknown) =>
  isMatch(matchOf(rule({ event, config }), event, payload));

describe('a rule', () => {
  it('without an action is for all actions of its type, and not for those of a longer name', () => {
    expect(matchOf(rule({ event: 'check_run' }), 'check_run.completed', {}).event).toBe(true);
    expect(matchOf(rule({ event: 'check' }), 'check_run.completed', {}).event).toBe(false);
    expect(matchOf(rule({ event: 'check_run.completed' }), 'check_run', {}).event).toBe(false);
  });

  it('says of each condition what it has found, and whether it holds', () => {
    const [one, other] = [
      { field: 'comment.body', operator: 'contains', value: '/syn' },
      { field: 'issue.state', operator: 'eq', value: 'open' },
    ] as const;
    const match = matchOf(rule({ conditions: [one, other] }), 'issue_comment.created', {
      comment: { body: 'please /syn' },
    });
    expect(match.conditions).toEqual([
      { condition: one, found: 'please /syn', holds: true },
      { condition: other, found: undefined, holds: false },
    ]);
    expect(isMatch(match)).toBe(false);
  });
});

describe('what a bot has written', () => {
  it.each([
    ['issue_comment.created', {}, false],
    ['push', {}, false],
    ['issue_comment.created', { allowBots: true }, true],
    ['issue_comment.created', { allowedSenders: ['Renovate[bot]'] }, true],
    ['issue_comment.created', { allowBots: true, allowedSenders: ['ada'] }, false],
    ['check_run.completed', {}, true],
    ['workflow_run.completed', {}, true],
    ['status', {}, true],
  ] as const)('as %s is for a rule with %j: %s', (event, config, expected) => {
    expect(isFor(config, event, by('renovate[bot]', 'Bot'))).toBe(expected);
  });
});

describe('what a person has written', () => {
  it('is for rules that name nobody, or this person in any case', () => {
    expect(isFor({}, 'push', by('ada'))).toBe(true);
    expect(isFor({ allowedSenders: ['Ada'] }, 'push', by('ada'))).toBe(true);
    expect(isFor({ allowedSenders: ['ada'] }, 'push', by('eve'))).toBe(false);
  });

  it('is for no rule with a list where the payload names nobody', () => {
    expect(isFor({}, 'push', {})).toBe(true);
    expect(isFor({ allowedSenders: ['ada'] }, 'push', {})).toBe(false);
    expect(isFor({ allowedSenders: ['7'] }, 'push', { sender: { login: 7 } })).toBe(false);
  });
});
