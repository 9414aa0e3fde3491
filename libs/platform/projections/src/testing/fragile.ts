import { z } from 'zod';
import { projection, type Projection } from '../projection';
import { account } from './accounts';

/** A read model of payments whose fold fails at one of 13, as in a build that lacks a case, while `isMended` is false. */
export class Fragile {
  isMended = false;
  readonly projection: Projection<Readonly<{ account: string; payments: number }>>;

  constructor(name: string) {
    this.projection = projection(account)({
      name,
      version: 1,
      row: z.object({ account: z.string(), payments: z.int() }),
      key: 'account',
      keys: ({ data }) => [data.account],
      on: {
        AmountPaid: (row, { data: { account, usd } }) => {
          if (usd === '13' && !this.isMended) throw new Error('thirteen');
          return { account, payments: (row?.payments ?? 0) + 1 };
        },
      },
    });
  }
}
