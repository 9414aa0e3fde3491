import { randomUUID } from 'node:crypto';
import { capabilitiesOf, WorkFixture } from './testing/work-fixture';

const fixture = new WorkFixture();

const claimOf = (runner: string, number: number) => ({ ...capabilitiesOf(runner), claimId: randomUUID(), number });
const renewalOf = (runner: string, claims?: number) => ({ ...capabilitiesOf(runner), slots: 2, leases: [], claims });

describe('a numbered claim', () => {
  it('that found no work takes none when a copy of it comes late', async () => {
    const claim = claimOf('r1', 1);
    await expect(fixture.queue.claim(claim)).resolves.toBeUndefined();
    const work = await fixture.queued();

    await expect(fixture.queue.claim(claim)).resolves.toBeUndefined();
    await expect(fixture.queue.claim(claimOf('r1', 2))).resolves.toMatchObject({ sessionId: work.sessionId });
  });

  it('gets the same work again, and older ones get none', async () => {
    await fixture.queued();
    await fixture.queued({}, 2);
    const claim = claimOf('r1', 7);
    const work = await fixture.queue.claim(claim);

    await expect(fixture.queue.claim(claim)).resolves.toEqual(work);
    await expect(fixture.queue.claim(claimOf('r1', 6))).resolves.toBeUndefined();
    await expect(fixture.queue.claim(claimOf('r2', 6))).resolves.toBeDefined();
  });

  it('is one of many copies that arrive together, of which all get the same answer', async () => {
    await fixture.queued();
    await fixture.queued({}, 2);
    const claim = claimOf('r1', 1);
    const answers = await Promise.all(Array.from({ length: 8 }, () => fixture.queue.claim(claim)));

    expect(new Set(answers.map((work) => work?.sessionId)).size).toBe(1);
  });
});

describe('a renewal', () => {
  it('gives back at once what settled claims of its runner have taken and it does not hold', async () => {
    await fixture.queued();
    const unknown = await fixture.queue.claim(claimOf('r1', 3));
    await fixture.queued({}, 2);
    const underWay = await fixture.queue.claim(claimOf('r1', 4));
    const other = await fixture.held('r2');
    if (!unknown || !underWay) throw new Error('there was nothing to claim');

    await expect(fixture.queue.renew(renewalOf('r1', 3))).resolves.toEqual({ leases: [], discard: [], claims: 4 });

    await expect(fixture.rowOf(unknown)).resolves.toMatchObject({ state: 'lost', token: unknown.token + 1 });
    await expect(fixture.rowOf(underWay)).resolves.toMatchObject({ state: 'leased' });
    await expect(fixture.rowOf(other)).resolves.toMatchObject({ state: 'leased' });
  });

  it('keeps what its runner holds, and the work of runners without numbers', async () => {
    await fixture.queued();
    const held = await fixture.queue.claim(claimOf('r1', 1));
    const unnumbered = await fixture.held('r1');
    if (!held) throw new Error('there was nothing to claim');

    await fixture.queue.renew({ ...renewalOf('r1', 1), leases: [held] });
    await fixture.queue.renew(renewalOf('r1'));
    await expect(fixture.rowOf(held)).resolves.toMatchObject({ state: 'leased' });
    await expect(fixture.rowOf(unnumbered)).resolves.toMatchObject({ state: 'leased' });
  });

  it('refuses the claims that it settles, and tells how far they have come', async () => {
    await fixture.queued();
    await expect(fixture.queue.renew(renewalOf('r1', 5))).resolves.toMatchObject({ claims: 5 });

    await expect(fixture.queue.claim(claimOf('r1', 5))).resolves.toBeUndefined();
    await expect(fixture.queue.renew(renewalOf('r1'))).resolves.toMatchObject({ claims: 5 });
  });
});
