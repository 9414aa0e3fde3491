import { outlineOf } from './message-outline';
import { toldLimit } from './told-limit';

const told = (info: unknown, type = 'rate_limit_event') => {
  const outline = outlineOf(JSON.stringify({ type, rate_limit_info: info }));
  return outline && toldLimit(outline);
};

describe('a limit of which an agent tells', () => {
  it('holds until its reset when it refuses calls', () => {
    expect(told({ status: 'rejected', resetsAt: 1_800_000_000 })).toBe(1_800_000_000_000);
  });

  it.each([
    ['that only warns', { status: 'allowed_warning', resetsAt: 1_800_000_000 }],
    ['beyond which calls are paid', { status: 'rejected', resetsAt: 1_800_000_000, isUsingOverage: true }],
    ['beyond which calls may be paid', { status: 'rejected', resetsAt: 1_800_000_000, overageStatus: 'allowed' }],
    ['without a reset', { status: 'rejected' }],
    ['of another form', { status: 'rejected', resetsAt: 'tomorrow' }],
    ['without anything', undefined],
  ])('%s is none', (_, info) => {
    expect(told(info)).toBeUndefined();
  });

  it('is told by its own message only', () => {
    expect(told({ status: 'rejected', resetsAt: 1_800_000_000 }, 'assistant')).toBeUndefined();
  });
});
