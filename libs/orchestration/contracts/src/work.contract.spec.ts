import { randomUUID } from 'node:crypto';
import { work } from './work.contract';

describe('a renewal', () => {
  it('is not refused for one session that is none', () => {
    const [lease, parked] = [{ sessionId: randomUUID(), token: 7 }, randomUUID()];
    const capabilities = { runner: 'runner-1', backends: [], providers: [], slots: 1 };

    expect(
      work.RenewWork.schema.parse({
        ...capabilities,
        leases: [lease, { sessionId: 'none', token: 1 }, { sessionId: randomUUID(), token: 0.5 }, null],
        parked: ['.DS_Store', parked, 7],
      }),
    ).toEqual({ ...capabilities, leases: [lease], parked: [parked] });
    expect(work.RenewWork.schema.safeParse({ ...capabilities, leases: 'none' }).success).toBe(false);
  });
});
