import { loadHistory, migrate } from '@syntropic/migrations';
import { projection, tableFault } from '@syntropic/projections';
import { removeDirectory, scratchDirectory, useDatabase } from '@syntropic/testing';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { generateReadModelMigration, writeReadModelMigration } from './read-model-migration';

const NOW = new Date('2026-11-25T21:30:59.999Z');

const invoices = (version: number, more: z.ZodRawShape = {}) =>
  projection()({
    name: 'customer_invoice',
    version,
    row: z.object({ invoice_id: z.string(), amount_cents: z.int(), issued_at: z.iso.datetime().nullable(), ...more }),
    key: 'invoice_id',
    indexes: [['issued_at']],
    counted: [[], ['amount_cents', 'issued_at']],
    keys: () => [],
    on: {},
  });

let root: string;
let folder: string;
beforeEach(() => {
  root = scratchDirectory();
  folder = join(root, 'tools/migrations');
  mkdirSync(folder, { recursive: true });
});
afterEach(() => {
  removeDirectory(root);
});

describe('the migration of a read model', () => {
  it('is written from the projection', () => {
    const file = writeReadModelMigration(root, invoices(1), NOW);

    expect(file).toBe('tools/migrations/20261125T2130-customer-invoice-v1.ts');
    expect(readFileSync(join(root, file), 'utf8')).toBe(`import { ReadModelVersion } from './read/read-model-version';

/** Version 1 of the read model \`customer_invoice\`. */
export class CustomerInvoiceV1 extends ReadModelVersion {
  readonly name = 'customer-invoice-v1-0202611252130';
  readonly projection = 'customer_invoice';
  readonly version = 1;
  readonly columns = \`
    invoice_id text collate "C" not null,
    amount_cents bigint not null,
    issued_at timestamp with time zone,
    position bigint not null,
    primary key (invoice_id)
  \`;
  override readonly indexes = ['issued_at'];
  override readonly counted = ['', 'amount_cents, issued_at'];
}
`);
  });

  it('comes after every other one, also within one minute', () => {
    writeFileSync(join(folder, '0014-execution-3.ts'), '');
    writeReadModelMigration(root, invoices(1), new Date('2026-12-31T23:59:00Z'));
    writeReadModelMigration(root, invoices(2), NOW);
    writeReadModelMigration(root, invoices(3), new Date('2027-01-01T00:02:00Z'));

    expect(readdirSync(folder)).toEqual([
      '0014-execution-3.ts',
      '20261231T2359-customer-invoice-v1.ts',
      '20270101T0000-customer-invoice-v2.ts',
      '20270101T0002-customer-invoice-v3.ts',
    ]);
  });

  it('is written once for each version', () => {
    writeReadModelMigration(root, invoices(1), NOW);

    expect(() => writeReadModelMigration(root, invoices(1), NOW)).toThrow('creates read.customer_invoice_v1 already');
    expect(readdirSync(folder)).toHaveLength(1);
  });
});

describe('migrating to a read model', () => {
  const database = useDatabase();

  it('creates its table, and the next version beside it', async () => {
    const versions = [invoices(1), invoices(2, { customer_name: z.string() })];
    for (const version of versions) writeReadModelMigration(root, version, NOW);
    // The written files import what stands beside them in the repository.
    symlinkSync(join(__dirname, '../migrations/read'), join(folder, 'read'));
    await migrate(database.url, [...(await loadHistory()), ...(await loadHistory(folder))]);

    for (const version of versions) expect(await tableFault(database.pool, version)).toBeUndefined();
    const { rows } = await database.pool.query(
      `select version, position from read.checkpoints where projection = 'customer_invoice' order by version`,
    );
    expect(rows).toEqual([
      { version: 1, position: 0 },
      { version: 2, position: 0 },
    ]);
  });
});

describe('a read model', () => {
  beforeEach(() => {
    const compiled = join(root, 'dist/libs/billing/read-model/src');
    mkdirSync(compiled, { recursive: true });
    const { name, version, table, key, columns, indexes, counted } = invoices(1);
    const text = JSON.stringify({ name, version, table, key, columns, indexes, counted });
    writeFileSync(join(compiled, 'index.js'), `exports.invoices = ${text};\nexports.all = [exports.invoices, 1];\n`);
  });

  it('is found by its name in the compiled context', async () => {
    const file = await generateReadModelMigration(root, 'billing/customer_invoice');

    expect(readFileSync(join(root, file), 'utf8')).toContain(
      'export class CustomerInvoiceV1 extends ReadModelVersion {',
    );
  });

  it.each([
    ['billing/order', 'no projection order, but customer_invoice'],
    ['shipping/order', 'shipping has no read models'],
    ['billing', 'a read model is <context>/<projection>'],
    ['billing/read-model/order', 'a read model is <context>/<projection>'],
  ])('is refused as %s', async (which, reason) => {
    await expect(generateReadModelMigration(root, which)).rejects.toThrow(reason);
  });
});
