import { randomUUID } from 'node:crypto';
import type { ClockChange } from './budget-ledger';
import { LedgerFixture, tokens } from './testing/ledger-fixture';

const fixture = new LedgerFixture();

describe('the clock', () => {
  const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

  it('runs while an agent runs, and stands still while all are frozen or wait', async () => {
    const { executionId, sessionId: one } = await fixture.budgeted({ kind: 'wall_seconds', limit: '100' });
    const other = randomUUID();
    let position = 1;
    const move = (second: number, change: ClockChange, sessionId?: string) =>
      fixture.ledger.moveClock({ executionId, sessionId, change, at: at(second) }, ++position);
    const spent = async () => (await fixture.limitsOf(executionId))['wall_seconds']?.spent;

    await move(0, 'run', one);
    await move(10, 'run', other);
    await move(20, 'hold', one);
    await move(30, 'hold', other);
    await expect(spent()).resolves.toBe('30');
    await move(40, 'resume');
    await move(45, 'drop', one);
    await move(50, 'drop', other);
    await expect(spent()).resolves.toBe('40');
    await move(60, 'run', one);
    await move(61, 'clear');
    await expect(spent()).resolves.toBe('41');

    await fixture.ledger.moveClock({ executionId, sessionId: one, change: 'run', at: at(70) }, position);
    await expect(spent()).resolves.toBe('41');
  });

  it('finds an execution once its agents have run for as long as they may', async () => {
    const { executionId, sessionId } = await fixture.budgeted({ kind: 'wall_seconds', limit: '60' });
    const { rows } = await fixture.pool.query<{ at: string }>(
      `select to_json(clock_timestamp() - interval '59 s') #>> '{}' as at`,
    );
    const startedAt = rows[0]?.at ?? '';
    await fixture.ledger.moveClock({ executionId, sessionId, change: 'run', at: startedAt }, 2);
    const found = async () => (await fixture.ledger.outOfTime(100)).filter((one) => one.executionId === executionId);
    await expect(found()).resolves.toEqual([]);

    await fixture.ledger.setLimits(executionId, [{ kind: 'wall_seconds', limit: '58' }], 3);
    await expect(found()).resolves.toEqual([
      expect.objectContaining({ kind: 'wall_seconds', limit: '58', cause: 'spent', clockAsOf: 2 }),
    ]);
    await fixture.ledger.moveClock({ executionId, sessionId, change: 'hold', at: startedAt }, 4);
    await expect(found()).resolves.toEqual([]);
  });

  it('ends with its execution, whose budget is forgotten a week later', async () => {
    const { executionId } = await fixture.budgeted(tokens('5'));
    await fixture.ledger.moveClock({ executionId, change: 'close', at: at(0) }, 2);
    await fixture.ledger.forget();
    await expect(fixture.limitsOf(executionId)).resolves.toHaveProperty('tokens');

    await fixture.owner.query(`update ops.budgets set closed_at = closed_at - interval '8 days'`);
    await fixture.ledger.forget();
    await expect(fixture.limitsOf(executionId)).resolves.toEqual({});
  });
});
