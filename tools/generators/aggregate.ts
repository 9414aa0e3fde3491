import { EVENTS_DOCUMENT } from './events-document';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { aggregateSource, aggregateSpec, contractSource, eventsSection } from './aggregate.templates';
import type { Changes } from './changes';
import { nameOf, type Name } from './names';
import { withElement, withImport, withReexport, withSection } from './source-edits';

const CONTEXTS = 'apps/command-service/src/contexts.ts';
const CONTRACTS = 'libs/catalogue/contracts/src/index.ts';
const IDS = 'libs/platform/kernel/src/ids.ts';
/** The sections of aggregates come before it. */
const EARLIER = '## From the events of earlier platforms';

/** Makes a context with its first aggregate, which has the context's name unless it is given another. */
export function addContext(changes: Changes, context: Name, aggregate = context): void {
  if (changes.has(`libs/${context.kebab}`)) throw new Error(`libs/${context.kebab} exists already`);

  changes.create(
    manifestOf(context),
    `import { context } from '@syntropic/context';

     export const ${context.camel} = context({ aggregates: [] });
    `,
  );
  changes.edit(
    CONTEXTS,
    (text) => withElement(text, 'CONTEXTS', context.camel),
    (text) => withImport(text, context.camel, `@syntropic/${context.kebab}/application`),
  );
  addAggregate(changes, context, aggregate);
}

/** Makes an aggregate that is created and renamed, with its contract, its decisions and their spec. */
export function addAggregate(changes: Changes, context: Name, name: Name): void {
  if (!changes.has(manifestOf(context))) throw new Error(`there is no context ${context.kebab}`);
  refuseTaken(changes, name);

  const [contracts, domain] = [`libs/${context.kebab}/contracts/src`, `libs/${context.kebab}/domain/src`];
  changes.create(`${contracts}/${name.kebab}.contract.ts`, contractSource(context, name));
  changes.create(`${domain}/${name.kebab}.ts`, aggregateSource(context, name));
  changes.create(`${domain}/${name.kebab}.spec.ts`, aggregateSpec(context, name));
  addReexport(changes, `${contracts}/index.ts`, name.camel, `./${name.kebab}.contract`);
  addReexport(changes, `${domain}/index.ts`, name.pascal, `./${name.kebab}`);

  changes.edit(
    manifestOf(context),
    (text) => withElement(text, 'aggregates', name.pascal),
    (text) => withImport(text, name.pascal, `@syntropic/${context.kebab}/domain`),
  );
  changes.edit(
    CONTRACTS,
    (text) => withElement(text, 'CONTRACTS', name.camel),
    (text) => withImport(text, name.camel, `@syntropic/${context.kebab}/contracts`),
  );
  changes.edit(EVENTS_DOCUMENT, (text) => withSection(text, eventsSection(context, name), EARLIER));
  changes.edit(IDS, (text) => `${text}\n${idOf(name)}`);
}

const manifestOf = ({ kebab }: Name): string => `libs/${kebab}/application/src/index.ts`;

function addReexport(changes: Changes, index: string, name: string, from: string): void {
  if (!changes.has(index)) changes.create(index, '');
  changes.edit(index, (text) => withReexport(text, [name], from));
}

const idOf = ({
  pascal,
  snake,
}: Name): string => `export const ${pascal}Id = prefixedId('${snake}', 12).brand<'${pascal}Id'>();
export type ${pascal}Id = z.infer<typeof ${pascal}Id>;
`;

/** Aggregates of all contexts share one namespace: streams, refusal codes and the catalogue name no context. */
function refuseTaken(changes: Changes, { camel, pascal, snake }: Name): void {
  const declared = contractsIn(join(changes.root, 'libs')).some(
    (text) => text.includes(`', '${snake}', {`) || text.includes(`export const ${camel} =`),
  );
  const hasId = changes.read(IDS).includes(`export const ${pascal}Id `);
  if (declared || hasId) throw new Error(`an aggregate or an id of the name ${snake} exists already`);
}

const contractsIn = (libs: string): readonly string[] =>
  readdirSync(libs, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.contract.ts'))
    .map((file) => readFileSync(join(libs, file), 'utf8'));

/** Both names of `<context>/<name>`. */
export function bothNames(which: string): readonly [context: Name, name: Name] {
  const [context = '', name = '', ...more] = which.split('/');
  if (more.length > 0 || !name) throw new Error(`"${which}" is not <context>/<name>`);
  return [nameOf(context), nameOf(name)];
}
