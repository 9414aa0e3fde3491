import { createKey } from './create-key';
import { rebuild, REBUILD_USAGE } from './rebuild';

const USAGE = `npm run admin -- create-key --name NAME --role viewer|operator|admin
  [--scope AREA]… [--requests-per-minute N] [--expires-in-days N] [--data-dir D]
${REBUILD_USAGE}`;

async function main([command, ...args]: readonly string[]): Promise<void> {
  if (command === 'rebuild') {
    await rebuild(args, (line) => {
      console.log(line);
    });
    return;
  }
  if (command !== 'create-key') throw new Error(USAGE);
  const { key, keyId } = await createKey(args);
  console.error(`${keyId}: keep this key, for it is not shown again`);
  console.log(key);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
