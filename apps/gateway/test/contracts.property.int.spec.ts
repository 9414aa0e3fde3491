import { CONTRACTS } from '@syntropic/catalogue/contracts';
import { WIRE_EVENTS } from '@syntropic/catalogue/read-model';
import { DomainError, type AnyContract, type Event } from '@syntropic/kernel';
import { acceptedBy } from '@syntropic/kernel/testing';
import { EventDataFaults } from '@syntropic/live';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { useGateway } from './gateway.fixture';

const gateway = useGateway();

const ROUNDS = 16;
const SIZE = { items: 4, characters: 3_000 };
const SEED = 20_261_126;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

/** The ids of one round, by the names of the fields that hold them. */
const idsOfRound = () => {
  const digits = randomUUID().replaceAll('-', '');
  return {
    executionId: `exec-${digits.slice(0, 12)}`,
    workflowId: `w-${digits.slice(0, 12)}`,
    phaseId: 'plan',
    sessionId: randomUUID(),
    workspaceId: randomUUID(),
    artifactId: randomUUID(),
    organizationId: `org-${digits.slice(0, 8)}`,
  };
};
type Ids = ReturnType<typeof idsOfRound>;

/** An event of each type of a contract, in the declared order: the first one creates what the others change. */
const eventsOf = ({ events }: AnyContract): fc.Arbitrary<readonly Event[]> =>
  fc.tuple(
    ...Object.values(events).map(({ type, schema }) => acceptedBy(schema, SIZE).map((data): Event => ({ type, data }))),
  );

const rounds = fc.sample(fc.tuple(...CONTRACTS.map((contract) => eventsOf(contract))), {
  numRuns: ROUNDS,
  seed: SEED,
});

const withIds = (ids: Ids, { type, data }: Event): Event => {
  const own = Object.entries(ids).filter(([field]) => field in data);
  const { phases } = data as { phases?: readonly { phaseId: string }[] };
  const named = phases && {
    phases: phases.map((phase, index) => (index === 0 ? { ...phase, phaseId: 'plan' } : phase)),
  };
  return { type, data: { ...data, ...Object.fromEntries(own), ...named } };
};

/** Records the events one by one, and answers the position of the last one that was not refused. */
async function record(contract: AnyContract, ids: Ids, events: readonly Event[]) {
  const stream = `${contract.aggregate}-${ids[contract.key as keyof Ids]}`;
  let minPosition = '';
  let refused = 0;
  for (const event of events) {
    try {
      ({ minPosition } = await gateway.record(stream, [withIds(ids, event)], ids.executionId));
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      refused++;
    }
  }
  return { minPosition, refused };
}

const pathsOf = ({ executionId, workflowId, sessionId, artifactId, organizationId }: Ids) => [
  `/api/executions/${executionId}`,
  `/api/executions/${executionId}/state`,
  '/api/executions?page_size=100',
  `/api/workflows/${workflowId}`,
  '/api/workflows?page_size=100&include_archived=true',
  `/api/workflows/${workflowId}/runs`,
  `/api/workflows/${workflowId}/history`,
  `/api/sessions/${sessionId}`,
  '/api/sessions?limit=100',
  `/api/artifacts/${artifactId}?include_content=false`,
  `/api/artifacts?execution_id=${executionId}`,
  '/api/organizations',
  `/api/organizations/${organizationId}`,
];

async function read(path: string, minPosition: string) {
  const response = await fetch(`${gateway.url}${path}`, { headers: { 'x-min-position': minPosition } });
  const text = await response.text();
  return { path, status: response.status, isWithinBounds: text.length <= MAX_ANSWER_BYTES, text };
}

describe('every event that a contract accepts', () => {
  it.each(rounds.map((round, index) => [index, round] as const))(
    'is stored, folded and read back (round %i)',
    async (_, round) => {
      const ids = idsOfRound();
      let minPosition = '';
      for (const [index, contract] of CONTRACTS.entries()) {
        const recorded = await record(contract, ids, round[index] ?? []);
        expect(recorded.refused).toBe(0);
        ({ minPosition } = recorded);
      }

      for (const path of pathsOf(ids)) {
        const { text, ...answer } = await read(path, minPosition);
        const isGone = path.endsWith(ids.organizationId);
        expect({ ...answer, ...(answer.status >= 500 && { text }) }).toEqual({
          path,
          status: isGone ? 404 : 200,
          isWithinBounds: true,
        });
      }
      const { rows } = await gateway.database.pool.query(
        'select projection, error from read.checkpoints where error is not null',
      );
      expect(rows).toEqual([]);
    },
  );

  it('is encoded for clients of unnamed frames', () => {
    const faulty: string[] = [];
    const faults = new EventDataFaults((message) => faulty.push(message));
    const encoders = new Map(WIRE_EVENTS.map((wire) => [wire.type, wire]));
    for (const { type, data } of rounds.flat(2)) {
      const recorded = { type, data: { ...data }, recordedAt: '2026-01-01T00:00:00.000Z' };
      const encoded = encoders.get(type)?.dataOf(recorded, faults);
      expect(() => JSON.stringify(encoded)).not.toThrow();
    }
    expect(faulty).toEqual([]);
  });

  it('is refused with its reason where the log cannot hold it', async () => {
    const ids = idsOfRound();
    const data = { ...ids, name: 'a\0b', slug: 'a', createdBy: 'api' };
    const event = { type: 'OrganizationCreated', data };

    await expect(gateway.record(`organization-${ids.organizationId}`, [event])).rejects.toMatchObject({
      code: 'event.not_storable',
    });
  });
});
