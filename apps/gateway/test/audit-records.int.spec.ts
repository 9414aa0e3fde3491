import { AuditRecords } from '@syntropic/access';
import { DomainError, type Actor } from '@syntropic/kernel';
import { eventually } from '@syntropic/testing';
import { randomUUID } from 'node:crypto';
import { auditOf, pastOf, typesIn } from './audit.fixture';
import { useGateway } from './gateway.fixture';
import { bearer, useKeys } from './keys.fixture';

const gateway = useGateway();
const keys = useKeys(gateway);
const { act, page, entriesOf } = auditOf(gateway);

const ADA: Actor = { kind: 'user', id: 'oidc:ada' };
const KEY: Actor = { kind: 'key', id: 'key-0123456789ab' };

describe('the audit of what the log does not hold', () => {
  const context = (actor: Actor) => {
    const id = randomUUID();
    return { commandId: id, correlationId: id, actor };
  };
  const operate = (subject: string, carryOut: () => Promise<void>, about = context(ADA)) =>
    new AuditRecords(gateway.database.pool).around({ action: 'RetryProjection', subject, context: about }, carryOut);
  const nothing = () => Promise.resolve();

  it('shows commands that change no stream, with their outcome', async () => {
    await operate('projection-done', nothing);
    await operate('projection-refused', () => Promise.reject(new DomainError('projection.not_found', 'no'))).catch(
      () => undefined,
    );
    await operate('projection-cut', () => Promise.reject(new Error('cut off'))).catch(() => undefined);

    const entries = await entriesOf({ aggregate: 'projection' });
    expect(
      entries.map(({ aggregate, outcome, detail, position, actor }) => ({
        aggregate,
        outcome,
        detail,
        position,
        actor,
      })),
    ).toEqual([
      { aggregate: 'projection-cut', outcome: 'begun', detail: {}, position: null, actor: ADA },
      {
        aggregate: 'projection-refused',
        outcome: 'refused',
        detail: { code: 'projection.not_found' },
        position: null,
        actor: ADA,
      },
      { aggregate: 'projection-done', outcome: 'done', detail: {}, position: null, actor: ADA },
    ]);
  });

  it('records a command once, however often it is sent, and as done for ever', async () => {
    const about = context(KEY);
    await operate('projection-again', nothing, about);
    await operate('projection-again', () => Promise.reject(new DomainError('x.y', 'no')), about).catch(() => undefined);

    expect(await entriesOf({ aggregate: 'projection-again' })).toMatchObject([{ outcome: 'done' }]);
  });

  it('has one order of time with the events, page by page', async () => {
    const { stream } = await act(ADA, 'system', ['before']);
    await operate('projection-between', nothing);
    await act(ADA, 'system', ['after']);
    const from = pastOf((await entriesOf({ aggregate: stream }))[0]);
    const whole = typesIn(await entriesOf({ from }));

    expect(whole).toEqual(['after', 'RetryProjection', 'before']);
    for (const limit of ['1', '2']) expect(typesIn(await entriesOf({ from, limit }))).toEqual(whole);
  });

  it('goes on behind many records that do not match', async () => {
    const { stream } = await act(ADA, 'repo', ['rare']);
    await gateway.database.pool.query(
      `insert into ops.audit_records (actor_kind, actor_id, action, subject, outcome, command_id, correlation_id)
       select 'user', 'many', 'RetryProcess', 'process-many', 'done', gen_random_uuid(), 'many' from generate_series(1, 6000)`,
    );
    expect((await page({ aggregate: stream })).entries).toEqual([]);
    expect(typesIn(await entriesOf({ aggregate: stream }))).toEqual(['rare']);
  });

  it('has requests that were refused, counted', async () => {
    const { key } = await keys.make('admin');
    const { keyId, key: weak } = await keys.make('viewer', { requestsPerMinute: 3 });
    const ask = (method: string, path: string, headers = {}) => gateway.call(method, path, { headers });
    await eventually(async () => {
      expect(await ask('GET', '/api/keys', bearer(key))).toMatchObject({ status: 200 });
      expect(await ask('GET', '/api/keys')).toMatchObject({ status: 401 });
    });
    expect(await ask('GET', '/api/keys', bearer(weak))).toMatchObject({ status: 403 });
    for (const status of [200, 200, 429, 429]) {
      expect(await ask('GET', '/api/workflows', bearer(weak))).toMatchObject({ status });
    }

    await eventually(async () => {
      const { entries } = await page({ aggregate: 'request' }, bearer(key));
      expect(entries).toEqual(
        expect.arrayContaining([
          refusedEntry(
            { kind: 'key', id: keyId },
            { code: 'access.too_many_requests', status: 429, route: '/api/workflows', count: 2 },
          ),
          refusedEntry(
            { kind: 'key', id: keyId },
            { code: 'access.role_missing', status: 403, route: '/api/keys', count: 1 },
          ),
        ]),
      );
    });
    const { entries } = await page({ actor: 'anonymous:127.0.0.1' }, bearer(key));
    expect(entries).toMatchObject([
      { event_type: 'RequestRefused', detail: { code: 'access.unauthenticated', status: 401 } },
    ]);
  });
});

const refusedEntry = (actor: Actor, detail: object) =>
  expect.objectContaining({
    actor,
    event_type: 'RequestRefused',
    outcome: 'refused',
    detail: { method: 'GET', ...detail },
  }) as unknown;
