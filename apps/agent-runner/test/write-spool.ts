import { Spool } from '../src/session';

/** Appends numbered lines as fast as it can, and prints each number once it is spooled, until it is killed. */
async function main([, , directory = '']: readonly string[]): Promise<void> {
  const spool = await Spool.open(directory);
  for (;;) {
    const line = spool.append({ leg: 1, at: '', stream: 'stdout', text: `said ${spool.last + 1}` });
    await new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));
  }
}

void main(process.argv);
