import type { EventAppender } from '@syntropic/event-store';
import { addUsd, type CommandContext, type Event } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';
import { decimal } from '../column';
import { projection, type Projection } from '../projection';
import { ddlOf } from '../table';

type Opened = Event<'AccountOpened', { account: string; tags: readonly string[]; at: string }>;
type Paid = Event<'AmountPaid', { account: string; tags: readonly string[]; usd: string }>;
type Closed = Event<'AccountClosed', { account: string; tags: readonly string[] }>;
export type AccountEvent = Opened | Paid | Closed;

/** Known, but folded by no projection. */
type Looked = Event<'AccountLookedAt', { account: string }>;
export type AppendedEvent = AccountEvent | Looked;

export const catalogue: readonly AppendedEvent['type'][] = [
  'AccountOpened',
  'AmountPaid',
  'AccountClosed',
  'AccountLookedAt',
];

/** A row per account with every type of column; `trace` records the order in which events were folded. */
export const balances = projection<AccountEvent>()({
  name: 'balance',
  version: 1,
  streams: ['account'],
  row: z.object({
    account: z.string(),
    status: z.enum(['open', 'paid']),
    payments: z.int(),
    average: z.number(),
    paid: decimal,
    opened_at: z.iso.datetime(),
    paid_at: z.iso.datetime().nullable(),
    large: z.boolean(),
    detail: z.object({ tags: z.array(z.string()), trace: z.string() }),
  }),
  key: 'account',
  indexes: [['status', 'opened_at']],
  keys: ({ data }) => [data.account],
  on: {
    AccountOpened: (row, { data, version }) => ({
      account: data.account,
      status: 'open',
      payments: 0,
      average: 0,
      paid: '0',
      opened_at: data.at,
      paid_at: null,
      large: false,
      detail: { tags: data.tags, trace: `${row?.detail.trace ?? ''}${version};` },
    }),
    AmountPaid: (row, { data, version, recordedAt }) => {
      const paid = row && addUsd(row.paid, data.usd);
      return (
        row && {
          ...row,
          status: 'paid',
          payments: row.payments + 1,
          average: Number(paid) / (row.payments + 1),
          paid: paid ?? row.paid,
          paid_at: recordedAt,
          large: Number(paid) > 100,
          detail: { tags: data.tags, trace: `${row.detail.trace}${version};` },
        }
      );
    },
    AccountClosed: () => null,
  },
});

/** Several rows per event. */
export const tagUse = projection<AccountEvent>()({
  name: 'tag_use',
  version: 2,
  streams: ['account'],
  row: z.object({ tag: z.string(), uses: z.int(), last_account: z.string() }),
  key: 'tag',
  keys: ({ data }) => data.tags,
  on: {
    AmountPaid: (row, { data }, tag) => ({ tag, uses: (row?.uses ?? 0) + 1, last_account: data.account }),
    AccountClosed: (row, { data }) => row && { ...row, last_account: data.account },
  },
});

/** Folds one type only, so its checkpoint moves mostly for other events. */
export const closings = projection<Closed>()({
  name: 'closing',
  version: 1,
  streams: [],
  row: z.object({ account: z.string(), closings: z.int() }),
  key: 'account',
  keys: ({ data }) => [data.account],
  on: { AccountClosed: (row, { data: { account } }) => ({ account, closings: (row?.closings ?? 0) + 1 }) },
});

export const PROJECTIONS = [balances, tagUse, closings] as const;

/** Makes these projections the only ones of a spec's database. */
export async function makeTables(pool: Pool, projections: readonly Projection[] = PROJECTIONS): Promise<void> {
  await pool.query('delete from read.checkpoints');
  for (const one of projections) await pool.query(ddlOf(one));
}

/** Appends to the streams of accounts, and resolves with the position of the last event. */
export class Accounts {
  readonly #versions = new Map<string, number>();

  constructor(private readonly appender: EventAppender) {}

  async append(...events: readonly AppendedEvent[]): Promise<number> {
    const names = [...new Set(events.map(({ data }) => data.account))];
    const positions = await Promise.all(
      names.map((account) =>
        this.#appendTo(
          account,
          events.filter(({ data }) => data.account === account),
        ),
      ),
    );
    return Math.max(0, ...positions);
  }

  async #appendTo(account: string, events: readonly Event[]): Promise<number> {
    const expected = this.#versions.get(account) ?? 0;
    this.#versions.set(account, expected + events.length);
    const outcome = await this.appender.append({ stream: `account-${account}`, expected, events, context: context() });
    if (!('position' in outcome)) throw new Error(`not appended: ${outcome.is}`);
    return outcome.position;
  }
}

const context = (): CommandContext => ({
  commandId: randomUUID(),
  correlationId: 'spec',
  causationId: 'spec',
  actor: { kind: 'service', id: 'spec' },
  bodyHash: 'spec',
});
