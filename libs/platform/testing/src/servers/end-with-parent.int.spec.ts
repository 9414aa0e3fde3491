import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { eventually } from '../eventually';
import { endWithParent } from './end-with-parent';
import { isAlive } from './is-alive';

const PARENT = `
  const { program, args, stdin } = JSON.parse(process.argv[1]);
  const child = require('node:child_process').spawn(program, args, { stdio: [stdin, 'ignore', 'ignore'] });
  console.log(child.pid);`;

describe.each([
  ['signalled by the kernel', true],
  ['seen by a closed pipe', false],
])('the end of the parent, %s,', (_, hasDeathSignal) => {
  it('ends the child, even when the parent is killed', async () => {
    const command = JSON.stringify(endWithParent(['sleep', '600'], 'SIGKILL', hasDeathSignal));
    const parent = spawn(process.execPath, ['-e', PARENT, command], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [output] = (await once(parent.stdout, 'data')) as [Buffer];
    const child = Number(output.toString());
    expect(isAlive(child)).toBe(true);

    parent.kill('SIGKILL');
    await eventually(() => !isAlive(child));
  });
});
