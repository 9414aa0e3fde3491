import type { EventAppender } from '@syntropic/event-store';
import { addUsd, contract, type CommandContext, type Event, type EventOf } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { z } from 'zod';
import { decimal } from '../column';
import { projection, type Projection } from '../projection';
import { ddlOf } from '../table';

const AccountShape = { account: z.string() };
const Tagged = { ...AccountShape, tags: z.array(z.string()) };

const folded = {
  AccountOpened: { ...Tagged, at: z.string() },
  AmountPaid: { ...Tagged, usd: z.string() },
  AccountClosed: Tagged,
};

/** `AccountLookedAt` is known, but folded by no projection. */
export const account = contract('testing', 'account', {
  key: 'account',
  commands: {},
  events: { ...folded, AccountLookedAt: AccountShape },
});

/** The same aggregate as a build before `AccountLookedAt` knows it. */
export const olderAccount = contract('testing', 'account', { key: 'account', commands: {}, events: folded });

/** Another aggregate, of whose events one has the name of an account's. */
const branch = contract('testing', 'branch', {
  key: 'account',
  commands: {},
  events: { AccountClosed: Tagged },
});

export type AccountEvent = EventOf<typeof olderAccount>;
export type AppendedEvent = EventOf<typeof account>;

/** A row per account with every type of column; `trace` records the order in which events were folded. */
export const balances = projection(account)({
  name: 'balance',
  version: 1,
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
export const tagUse = projection(account)({
  name: 'tag_use',
  version: 2,
  row: z.object({ tag: z.string(), uses: z.int(), last_account: z.string() }),
  key: 'tag',
  keys: ({ data }) => ('tags' in data ? data.tags : []),
  on: {
    AmountPaid: (row, { data }, tag) => ({ tag, uses: (row?.uses ?? 0) + 1, last_account: data.account }),
    AccountClosed: (row, { data }) => row && { ...row, last_account: data.account },
  },
});

/** Folds one type only, so its checkpoint moves mostly for other events. */
export const closings = projection(branch)({
  name: 'closing',
  version: 1,
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
      names.map((name) =>
        this.#appendTo(
          name,
          events.filter(({ data }) => data.account === name),
        ),
      ),
    );
    return Math.max(0, ...positions);
  }

  async #appendTo(name: string, events: readonly Event[]): Promise<number> {
    const expected = this.#versions.get(name) ?? 0;
    this.#versions.set(name, expected + events.length);
    const outcome = await this.appender.append({ stream: `account-${name}`, expected, events, context: context() });
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
