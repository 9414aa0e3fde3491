import { migrationFile, migrationFiles } from '@syntropic/postgres';
import { ddlOf, type Projection } from '@syntropic/projections';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pascalCase } from './names';
import { projectionsIn } from './projections';

const MIGRATIONS = 'tools/migrations';
const MINUTE_MS = 60_000;

/**
 * Writes the migration of a compiled projection, named as `<context>/<projection>`: `billing/invoice`.
 * @returns the file, relative to the root
 */
export async function generateReadModelMigration(root: string, which: string): Promise<string> {
  const [context = '', name = '', ...more] = which.split('/');
  const library = `dist/libs/${context}/read-model/src/index.js`;
  if (!context || !name || more.length > 0) throw new Error(`a read model is <context>/<projection>, not "${which}"`);
  if (!existsSync(join(root, library))) throw new Error(`${context} has no read models: ${library} is missing`);

  const projections = await projectionsIn(join(root, library));
  const projection = projections.find((one) => one.name === name);
  if (!projection) {
    throw new Error(`${library} exports no projection ${name}, but ${projections.map((one) => one.name).join(', ')}`);
  }
  return writeReadModelMigration(root, projection);
}

/**
 * Writes the migration that creates a projection's version, beside earlier versions of it.
 * @returns the file, relative to the root
 */
export function writeReadModelMigration(root: string, projection: Projection, now = new Date()): string {
  const folder = join(root, MIGRATIONS);
  const history = migrationFiles(folder).map(({ file }) => file);
  const subject = `${projection.name.replaceAll('_', '-')}-v${projection.version}`;
  const declaration = `${classOf(projection)} extends ReadModelVersion {`;
  const creation = `create table ${projection.table} (`;
  const existing = history.find((file) => {
    const text = readFileSync(join(folder, file), 'utf8');
    return text.includes(declaration) || text.includes(creation);
  });
  if (existing) throw new Error(`${MIGRATIONS}/${existing} creates ${projection.table} already`);

  const migration = migrationFile(`${unusedMinute(history, now)}-${subject}.ts`);
  if (!migration) throw new Error(`"${subject}" cannot be part of a file name`);

  writeFileSync(join(folder, migration.file), textOf(projection, migration.name));
  return `${MIGRATIONS}/${migration.file}`;
}

/** Two migrations made within one minute keep their order. */
function unusedMinute(history: readonly string[], now: Date): string {
  const taken = history.map(instantOf).filter(Number.isFinite);
  const first = Math.max(now.getTime(), ...taken.map((instant) => instant + MINUTE_MS));
  return new Date(first).toISOString().slice(0, '2026-11-25T21:30'.length).replaceAll(/[-:]/g, '');
}

/** `NaN` for the numbered files, which are older than any minute. */
const instantOf = (file: string): number =>
  Date.parse(file.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)-.*$/, '$1-$2-$3T$4:$5Z'));

const classOf = ({ name, version }: Projection): string => `class ${pascalCase(name)}V${version}`;

function textOf(projection: Projection, recordedName: string): string {
  const { name, version, indexes, counted } = projection;
  const lists = counted.map((columns) => `'${columns.join(', ')}'`).join(', ');
  const further = indexes.map((index) => `'${index.join(', ')}'`).join(', ');
  return `import { ReadModelVersion } from './read/read-model-version';

/** Version ${version} of the read model \`${name}\`. */
export ${classOf(projection)} extends ReadModelVersion {
  readonly name = '${recordedName}';
  readonly projection = '${name}';
  readonly version = ${version};
  readonly columns = \`
${columnsOf(projection)}
  \`;
${further && `  override readonly indexes = [${further}];\n`}${lists && `  override readonly counted = [${lists}];\n`}}
`;
}

/** The inner lines of the statement that creates the table. */
function columnsOf(projection: Projection): string {
  const [creation = ''] = ddlOf(projection).split(';\n');
  return creation.split('\n').slice(1, -1).join('\n').replaceAll(/^/gm, '  ');
}
