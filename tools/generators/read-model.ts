import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Changes } from './changes';
import type { Name } from './names';
import { generateReadModelMigration } from './read-model-migration';
import { projectionSource, projectionSpec } from './read-model.templates';
import { withElement, withImport, withReexport } from './source-edits';

const READ_MODELS = 'libs/catalogue/read-model/src/index.ts';

/** Makes a read model of an aggregate, with the spec of its fold. */
export function addReadModel(changes: Changes, context: Name, name: Name): void {
  const contract = `libs/${context.kebab}/contracts/src/${name.kebab}.contract.ts`;
  if (!changes.has(contract)) throw new Error(`there is no aggregate ${context.kebab}/${name.kebab}: no ${contract}`);

  const folder = `libs/${context.kebab}/read-model/src`;
  const index = `${folder}/index.ts`;
  const projection = `${name.camel}Projection`;
  changes.create(`${folder}/${name.kebab}.projection.ts`, projectionSource(context, name));
  changes.create(`${folder}/${name.kebab}.projection.spec.ts`, projectionSpec(context, name));

  if (!changes.has(index)) changes.create(index, '');
  changes.edit(index, (text) => withReexport(text, [projection], `./${name.kebab}.projection`));
  changes.edit(
    READ_MODELS,
    (text) => withElement(text, 'READ_MODELS', projection),
    (text) => withImport(text, projection, `@syntropic/${context.kebab}/read-model`),
  );
}

/** Makes the read model unless it is there, then the migration of its version: of a new one, or of one whose version was raised. */
export async function generateReadModel(changes: Changes, context: Name, name: Name): Promise<readonly string[]> {
  const file = `${name.kebab}.projection.ts`;
  const isThere = [file, `${name.kebab}/${file}`].some((path) =>
    changes.has(`libs/${context.kebab}/read-model/src/${path}`),
  );
  if (!isThere) addReadModel(changes, context, name);
  const written = await changes.write();

  execFileSync(process.execPath, [join(changes.root, 'tools/build/build.mjs')], { stdio: 'ignore' });
  return [...written, await generateReadModelMigration(changes.root, `${context.kebab}/${name.snake}`)];
}
