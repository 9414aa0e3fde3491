import { TYPESCRIPT_HOOK } from '@syntropic/testing';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

const PROGRAM = join(__dirname, 'testing/talkative-process.ts');

describe('a log on a full disk', () => {
  it('costs lines, and not the service', async () => {
    const full = openSync('/dev/full', 'w');
    const talkative = spawn(process.execPath, ['-r', TYPESCRIPT_HOOK, PROGRAM], { stdio: ['ignore', full, 'ignore'] });
    closeSync(full);

    expect(await once(talkative, 'exit')).toEqual([0, null]);
  });
});
