import { generateLibrary } from './library';
import { generateReadModelMigration } from './read-model-migration';

const GENERATORS: Readonly<Record<string, (root: string, which: string) => Promise<readonly string[]>>> = {
  library: (root, which) => Promise.resolve(generateLibrary(root, which)),
  'read-model-migration': async (root, which) => [await generateReadModelMigration(root, which)],
};

async function main([kind = '', which = '']: readonly string[]): Promise<void> {
  const generate = GENERATORS[kind];
  if (!generate || !which) {
    throw new Error(`usage:
  npm run generate -- library <context>/<part>
  npm run generate -- read-model-migration <context>/<projection>`);
  }
  for (const file of await generate(process.cwd(), which)) console.log(file);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
