import { createKey } from './create-key';
import { quarantine, QUARANTINE_USAGE } from './quarantine';
import { rebuild, REBUILD_USAGE } from './rebuild';

const USAGE = `npm run admin -- create-key --name NAME --role viewer|operator|admin
  [--scope AREA]… [--requests-per-minute N] [--expires-in-days N] [--data-dir D]
${REBUILD_USAGE}
${QUARANTINE_USAGE}`;

async function main([command, ...args]: readonly string[]): Promise<void> {
  const print = (line: string) => {
    console.log(line);
  };
  if (command === 'rebuild') {
    await rebuild(args, print);
    return;
  }
  if (command === 'quarantine') {
    await quarantine(args, print);
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
