import { createKey } from './create-key';
import { quarantine, QUARANTINE_USAGE } from './quarantine';
import { rebuild, REBUILD_USAGE } from './rebuild';
import { moveTelemetry, recountCommits, repriceTelemetry, TELEMETRY_USAGE } from './telemetry-commands';

const USAGE = `npm run admin -- create-key --name NAME --role viewer|operator|admin
  [--scope AREA]… [--requests-per-minute N] [--expires-in-days N] [--data-dir D]
${REBUILD_USAGE}
${QUARANTINE_USAGE}
${TELEMETRY_USAGE}`;

const print = (line: string): void => {
  console.log(line);
};

const COMMANDS: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  'create-key': async (args) => {
    const { key, keyId } = await createKey(args);
    console.error(`${keyId}: keep this key, for it is not shown again`);
    print(key);
  },
  rebuild: (args) => rebuild(args, print),
  quarantine: (args) => quarantine(args, print),
  'move-telemetry': (args) => moveTelemetry(args, print),
  'reprice-telemetry': (args) => repriceTelemetry(args, print),
  'recount-commits': (args) => recountCommits(args, print),
};

async function main([command = '', ...args]: readonly string[]): Promise<void> {
  const carryOut = Object.hasOwn(COMMANDS, command) ? COMMANDS[command] : undefined;
  if (!carryOut) throw new Error(USAGE);
  await carryOut(args);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
