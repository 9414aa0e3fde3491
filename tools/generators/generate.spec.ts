import { removeDirectory, scratchDirectory } from '@syntropic/testing';
import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Changes } from './changes';
import { generate } from './generate';
import { nameOf } from './names';
import { addReadModel } from './read-model';

const LISTS = [
  'apps/command-service/src/contexts.ts',
  'apps/gateway/src/app.module.ts',
  'docs/events.md',
  'libs/catalogue/contracts/src/index.ts',
  'libs/catalogue/read-model/src/index.ts',
  'libs/orchestration/application/src/index.ts',
  'libs/orchestration/contracts/src/workflow-template.contract.ts',
  'libs/platform/kernel/src/ids.ts',
];

let root: string;
beforeEach(() => {
  root = scratchDirectory();
  for (const file of ['.prettierrc', ...LISTS]) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    cpSync(join(__dirname, '../..', file), join(root, file));
  }
});
afterEach(() => {
  removeDirectory(root);
});

const textOf = (file: string) => readFileSync(join(root, file), 'utf8');
const files = () =>
  readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.\w+$/.test(file))
    .sort();

/** What `generate -- read-model` writes before it compiles. */
async function generateProjection(context: string, name: string): Promise<void> {
  const changes = new Changes(root);
  addReadModel(changes, nameOf(context), nameOf(name));
  await changes.write();
}

it('a context and its parts are added to every list that runs them', async () => {
  await generate(root, ['context', 'billing', 'invoice']);
  await generate(root, ['aggregate', 'billing/cost-center']);
  await generateProjection('billing', 'invoice');
  await generateProjection('billing', 'cost-center');
  await generate(root, ['endpoint', 'billing/cost-center']);

  expect(textOf('apps/command-service/src/contexts.ts')).toMatch(/CONTEXTS = \[[^\]]*, billing\];/);
  expect(textOf('libs/catalogue/contracts/src/index.ts')).toMatch(/CONTRACTS = \[[^\]]*\binvoice,\s+costCenter,?\s+\]/);
  expect(textOf('libs/catalogue/read-model/src/index.ts')).toMatch(
    /READ_MODELS: .* = \[[^\]]*\binvoiceProjection,\s+costCenterProjection,\s+\]/,
  );
  expect(textOf('libs/billing/application/src/index.ts')).toContain('aggregates: [Invoice, CostCenter]');
  expect(textOf('libs/billing/read-model/src/index.ts')).toContain('export { costCenterProjection }');
  expect(textOf('apps/gateway/src/app.module.ts')).toMatch(/API = \[[^\]]*\bCostCentersController,\s+\]/);
  expect(textOf('libs/platform/kernel/src/ids.ts')).toContain(`CostCenterId = prefixedId('cost_center', 12)`);
  expect(textOf('docs/events.md')).toMatch(/stream `cost_center-<id>`[^]*## From the events of earlier platforms/);
});

describe('refused, without a file written, is', () => {
  beforeEach(async () => {
    await generate(root, ['context', 'billing', 'invoice']);
  });

  it.each([
    [['context', 'billing'], 'libs/billing exists already'],
    [['context', 'orchestration'], 'libs/orchestration exists already'],
    [['context', 'sales', 'invoice'], 'an aggregate or an id of the name invoice exists already'],
    [['context', 'class'], 'is a reserved name'],
    [['aggregate', 'billing/invoice'], 'an aggregate or an id of the name invoice exists already'],
    [['aggregate', 'billing/workflow'], 'of the name workflow exists already'],
    [['aggregate', 'shipping/parcel'], 'there is no context shipping'],
    [['aggregate', 'billing'], 'is not <context>/<name>'],
    [['aggregate', 'billing/a/b'], 'is not <context>/<name>'],
    [['aggregate', 'billing/Refund'], 'is no name'],
    [['read-model', 'billing/refund'], 'there is no aggregate billing/refund'],
    [['endpoint', 'billing/invoice'], 'there is no read model billing/invoice'],
    [['aggregate', 'billing/refund', 'more'], 'usage:'],
    [['library', 'billing/utils'], 'usage:'],
    [['context'], 'usage:'],
    [[], 'usage:'],
  ])('%j', async (words, reason) => {
    const before = files().map(textOf);

    await expect(generate(root, words)).rejects.toThrow(reason);
    expect(files().map(textOf)).toEqual(before);
  });
});
