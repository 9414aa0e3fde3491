import type { Recorded } from '@syntropic/kernel';
import { z } from 'zod';
import { decimal } from './column';
import { fold, type Versioned } from './fold';
import { projection } from './projection';
import { ddlOf } from './table';
import { account, balances, type AccountEvent } from './testing/accounts';

const row = z.object({ id: z.string() });
const declared = (shape: z.ZodRawShape, name = 'thing') =>
  projection(account)({
    name,
    version: 1,
    row: row.extend(shape),
    key: 'id',
    keys: () => [],
    on: {},
  });

describe('a projection', () => {
  it('has a table with the columns of its row', () => {
    const [table] = ddlOf(
      declared({
        status: z.enum(['open', 'shut']),
        count: z.int().min(0),
        share: z.number(),
        cost: decimal.nullable(),
        at: z.iso.datetime(),
        owner: z.uuid(),
        done: z.boolean(),
        detail: z.array(z.string()).readonly(),
      }),
    ).split(';');

    expect(table).toBe(`create table read.thing_v1 (
  id text collate "C" not null,
  status text collate "C" not null,
  count bigint not null,
  share double precision not null,
  cost numeric,
  at timestamp with time zone not null,
  owner text collate "C" not null,
  done boolean not null,
  detail jsonb not null,
  position bigint not null,
  primary key (id)
)`);
  });

  it.each([
    ['two JSON columns', () => declared({ one: z.unknown(), two: z.record(z.string(), z.int()) })],
    ['a column that may be missing', () => declared({ one: z.string().optional() })],
    ['a column in camelCase', () => declared({ startedAt: z.string() })],
    ['the reserved column', () => declared({ position: z.int() })],
    ['a name that is no identifier', () => declared({}, 'thing; drop table x')],
  ])('is refused with %s', (_, declare) => {
    expect(declare).toThrow();
  });
});

describe('folding', () => {
  const event = (position: number, happened: AccountEvent): Recorded => ({
    ...happened,
    position,
    version: position,
    stream: `account-${happened.data.account}`,
    id: `event-${position}`,
    recordedAt: '2026-01-02T03:04:05.678Z',
    metadata: {
      commandId: '',
      correlationId: '',
      causationId: '',
      actor: { kind: 'service', id: 'spec' },
      schemaVersion: 1,
      bodyHash: '',
    },
  });
  const opened = (position: number) =>
    event(position, { type: 'AccountOpened', data: { account: 'a', tags: [], at: '2026-01-02T04:04:05+01:00' } });
  const paid = (position: number) =>
    event(position, { type: 'AmountPaid', data: { account: 'a', tags: [], usd: '2' } });
  const closed = (position: number) => event(position, { type: 'AccountClosed', data: { account: 'a', tags: [] } });

  it('keeps the position of the last event that changed a row', () => {
    expect(fold(balances, new Map(), [opened(3), paid(4), paid(7)]).get('a')).toMatchObject({
      position: 7,
      row: { payments: 2, paid: '4' },
    });
  });

  it('gives instants the format of the table', () => {
    expect(fold(balances, new Map(), [opened(1)]).get('a')?.row?.['opened_at']).toBe('2026-01-02T03:04:05.000Z');
  });

  it('changes nothing when a fold has no result', () => {
    expect(fold(balances, new Map(), [paid(1), closed(2)])).toEqual(new Map());
  });

  it('keeps the position of a deleted row', () => {
    const rows = new Map<string, Versioned>([['a', { position: 1, row: { account: 'a' } }]]);

    expect(fold(balances, rows, [closed(5)])).toEqual(new Map([['a', { position: 5, row: null }]]));
  });
});
