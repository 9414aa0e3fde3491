import { generateLibrary } from './library';

const [kind, which] = process.argv.slice(2);

try {
  if (kind !== 'library' || !which) throw new Error('usage: npm run generate -- library <context>/<part>');
  for (const file of generateLibrary(process.cwd(), which)) console.log(file);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
