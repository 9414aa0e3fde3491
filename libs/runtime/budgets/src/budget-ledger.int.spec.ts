import { randomUUID } from 'node:crypto';
import { call, LedgerFixture, tokens, usd } from './testing/ledger-fixture';

const fixture = new LedgerFixture();

const used = (callId: string, more: object = {}) => ({
  ...{ callId, model: 'haiku', tokens: 1_500, outputTokens: 500, usd: '0.0035' },
  ...more,
});

describe('a reservation', () => {
  it('sets aside the input and at least 4,000 tokens of answer, four times the largest so far, at most what the call allows', async () => {
    const spender = await fixture.budgeted(usd('10'), tokens('1000000'));
    const reservedBy = async (more: object) => {
      const planned = call(more);
      await expect(fixture.ledger.reserve(spender, planned)).resolves.toEqual({ verdict: 'granted' });
      const { usd, tokens } = await fixture.limitsOf(spender.executionId);
      await fixture.ledger.settle(spender, used(planned.callId, { outputTokens: 3_000 }));
      return [usd?.reserved, tokens?.reserved];
    };

    await expect(reservedBy({})).resolves.toEqual(['0.021', '5000']);
    await expect(reservedBy({})).resolves.toEqual(['0.061', '13000']);
    await expect(reservedBy({ maxOutputTokens: undefined })).resolves.toEqual(['0.061', '13000']);
    await expect(reservedBy({ maxOutputTokens: 100 })).resolves.toEqual(['0.0015', '1100']);
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({
      usd: { limit: '10', spent: '0.014', reserved: '0' },
      tokens: { limit: '1000000', spent: '6000', reserved: '0' },
    });
  });

  it('that is sent again is one, also when it was settled', async () => {
    const spender = await fixture.budgeted(tokens('8000'));
    const planned = call();
    await fixture.ledger.reserve(spender, planned);
    await expect(fixture.ledger.reserve(spender, planned)).resolves.toEqual({ verdict: 'granted' });
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({ tokens: { reserved: '5000' } });

    await fixture.ledger.settle(spender, used(planned.callId));
    await fixture.ledger.reserve(spender, planned);
    await fixture.ledger.settle(spender, used(planned.callId, { tokens: 9_999 }));
    await expect(fixture.limitsOf(spender.executionId)).resolves.toEqual({
      tokens: { limit: '8000', spent: '1500', reserved: '0' },
    });
  });

  it('waits for the calls in flight, and does not fit when there are none', async () => {
    const spender = await fixture.budgeted(usd('0.03'));
    const first = call();
    await fixture.ledger.reserve(spender, first);
    await expect(fixture.ledger.reserve(spender, call())).resolves.toEqual({ verdict: 'wait' });

    await fixture.ledger.settle(spender, used(first.callId, { usd: '0.0100' }));
    await expect(fixture.ledger.reserve(spender, call())).resolves.toEqual({
      verdict: 'exceeded',
      exceeded: {
        ...{ kind: 'usd', limit: '0.03', spent: '0.01', reserved: '0', needed: '0.021', cause: 'reserved' },
      },
    });
  });

  it('of a model without a price is refused where dollars are limited, and counts tokens elsewhere', async () => {
    const unpriced = { inputUsd: undefined, outputPrice: undefined };
    const spender = await fixture.budgeted(usd('1'));
    await expect(fixture.ledger.reserve(spender, call(unpriced))).resolves.toMatchObject({
      verdict: 'exceeded',
      exceeded: { kind: 'usd', cause: 'unpriced' },
    });
    await expect(fixture.ledger.reserve(await fixture.budgeted(tokens('5000')), call(unpriced))).resolves.toEqual({
      verdict: 'granted',
    });
  });

  it('of a runner that died goes with its lease; what it spent is counted once, however late', async () => {
    const spender = await fixture.budgeted(tokens('10000'));
    const lost = call();
    await fixture.ledger.reserve(spender, lost);
    await fixture.loseLease(spender.sessionId);
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({ tokens: { reserved: '0' } });
    await expect(fixture.ledger.reserve(spender, call())).resolves.toEqual({ verdict: 'lease_lost' });

    const next = await fixture.leased(spender.executionId, spender.sessionId);
    const planned = call();
    await expect(fixture.ledger.reserve(next, planned)).resolves.toEqual({ verdict: 'granted' });
    await fixture.ledger.settle(spender, used(lost.callId));
    await fixture.ledger.settle(spender, used(lost.callId));
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({
      tokens: { spent: '1500', reserved: '5000' },
    });
  });

  it('is granted without a budget, and counted nowhere', async () => {
    const spender = await fixture.leased(`exec-${randomUUID().slice(-12)}`);
    await expect(fixture.ledger.reserve(spender, call())).resolves.toEqual({ verdict: 'granted' });
    await expect(fixture.ledger.settle(spender, used(randomUUID()))).resolves.toEqual([]);
    await expect(fixture.limitsOf(spender.executionId)).resolves.toEqual({});
  });
});

describe('what was spent', () => {
  it('answers the limits that it reaches', async () => {
    const spender = await fixture.budgeted(usd('0.007'), tokens('100000'));
    const [first, second] = [call(), call()];
    await expect(fixture.ledger.settle(spender, used(first.callId))).resolves.toEqual([]);
    await expect(fixture.ledger.settle(spender, used(second.callId))).resolves.toEqual([
      { kind: 'usd', limit: '0.007', spent: '0.007', reserved: '0', cause: 'spent' },
    ]);
  });

  it('is not told by a session that never belonged to the execution', async () => {
    const [spender, other] = [await fixture.budgeted(tokens('10')), await fixture.budgeted()];
    const stranger = { ...other, executionId: spender.executionId };
    await expect(fixture.ledger.settle(stranger, used(randomUUID()))).resolves.toEqual([]);
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({ tokens: { spent: '0' } });
  });

  it('by a session whose agent reports sums is the sum of the newest report', async () => {
    const spender = await fixture.budgeted(usd('1'), tokens('1000'));
    const other = await fixture.leased(spender.executionId);
    const report = (sequence: number, count: number, more: object = {}) =>
      fixture.ledger.settleSession(spender, { sequence, tokens: count, usd: `0.${count}`, ...more });
    await report(3, 300);
    await report(9, 500);
    await report(5, 400);
    await fixture.ledger.settleSession(other, { sequence: 1, tokens: 200, usd: '0.2' });
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({
      usd: { spent: '0.7' },
      tokens: { spent: '700' },
    });
    await expect(report(12, 450, { unpricedModel: 'gpt-9' })).resolves.toEqual([
      { kind: 'usd', limit: '1', spent: '0.65', reserved: '0', cause: 'unpriced', model: 'gpt-9' },
    ]);
  });

  it('by a session whose calls are settled is not counted by its reports as well', async () => {
    const spender = await fixture.budgeted(tokens('10000'));
    await fixture.ledger.settle(spender, used(randomUUID()));
    await fixture.ledger.settleSession(spender, { sequence: 9, tokens: 1_500, usd: '0.0035' });
    await expect(fixture.limitsOf(spender.executionId)).resolves.toMatchObject({ tokens: { spent: '1500' } });
  });
});

describe('limits', () => {
  it('are those of the newest event; the amounts stay', async () => {
    const spender = await fixture.budgeted(tokens('2000'));
    await fixture.ledger.settle(spender, used(randomUUID()));
    await fixture.ledger.setLimits(spender.executionId, [tokens('9000'), usd('1')], 5);
    await fixture.ledger.setLimits(spender.executionId, [tokens('3000')], 4);
    await expect(fixture.limitsOf(spender.executionId)).resolves.toEqual({
      usd: { limit: '1', spent: '0.0035', reserved: '0' },
      tokens: { limit: '9000', spent: '1500', reserved: '0' },
    });
  });
});
