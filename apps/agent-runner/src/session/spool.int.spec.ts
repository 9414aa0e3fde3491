import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { useDirectory } from '../../test/workspace.fixture';
import { Spool } from './spool';
import { spoolLinesIn } from './spool-lines';

const TEST = join(__dirname, '../../test');

describe('a spool whose writer is killed', () => {
  const directory = useDirectory();

  it('has every line that was reported as spooled, in order, over several lives', async () => {
    let spooled = 0;
    for (const lines of [50, 400, 3_000]) spooled = await writeUntilKilled(spooled + lines);

    const spool = await Spool.open(directory.path);
    spool.finish();
    const found: string[] = [];
    for await (const batch of spool.batches()) {
      found.push(...spoolLinesIn(batch.records).map(({ line, text }) => `${line} ${text}`));
      spool.committed(batch.lastLine);
    }
    await spool.close();

    expect(found.length).toBeGreaterThanOrEqual(spooled);
    expect(found).toEqual(found.map((_, n) => `${n + 1} said ${n + 1}`));
  });

  async function writeUntilKilled(atLeast: number): Promise<number> {
    const writer = spawn(process.execPath, ['-r', TYPESCRIPT_HOOK, join(TEST, 'write-spool.ts'), directory.path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let spooled = 0;
    createInterface(writer.stdout).on('line', (line) => {
      spooled = Number(line);
      if (spooled >= atLeast) writer.kill('SIGKILL');
    });
    await once(writer, 'close');
    return spooled;
  }
});
