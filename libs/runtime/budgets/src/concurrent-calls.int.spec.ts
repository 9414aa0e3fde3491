import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { call, LedgerFixture, tokens } from './testing/ledger-fixture';

const fixture = new LedgerFixture();

describe('sub-agents that call at the same time', () => {
  type Step = Readonly<{ agent: number; input: number; answer: number }>;
  const step = fc.record({ agent: fc.nat(4), input: fc.nat(2_000), answer: fc.nat(20_000) });

  it('never spend more than the limit and what their calls in flight exceeded their reservations by', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const limit = 30_000;
        const spender = await fixture.budgeted(tokens(String(limit)));
        const queues = [0, 1, 2, 3, 4].map((agent) => steps.filter((one) => one.agent === agent));
        let excess = 0;
        const spend = async ({ input, answer }: Step) => {
          const callId = randomUUID();
          const before = Number((await fixture.limitsOf(spender.executionId))['tokens']?.spent);
          const reservation = await fixture.ledger.reserve(spender, { callId, inputTokens: input });
          if (reservation.verdict !== 'granted') return;
          const { rows } = await fixture.pool.query<{ tokens: string }>(
            'select tokens::text from ops.budget_entries where entry_id = $1',
            [callId],
          );
          expect(before).toBeLessThan(limit);
          excess += Math.max(0, input + answer - Number(rows[0]?.tokens));
          await fixture.ledger.settle(spender, { callId, model: 'm', tokens: input + answer, outputTokens: answer });
        };
        await Promise.all(
          queues.map(async (queue) => {
            for (const one of queue) await spend(one);
          }),
        );
        const { tokens: end } = await fixture.limitsOf(spender.executionId);
        expect(end?.reserved).toBe('0');
        expect(Number(end?.spent)).toBeLessThanOrEqual(limit + excess);
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  it('get no more room than there is, however many ask at once', async () => {
    const spender = await fixture.budgeted(tokens('22000'));
    const verdicts = await Promise.all(Array.from({ length: 20 }, () => fixture.ledger.reserve(spender, call())));
    expect(verdicts.filter(({ verdict }) => verdict === 'granted')).toHaveLength(4);
    expect(verdicts.filter(({ verdict }) => verdict === 'wait')).toHaveLength(16);
  });
});
