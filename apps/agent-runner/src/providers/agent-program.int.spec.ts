import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useDirectory } from '../../test/workspace.fixture';
import { findAgentProgram } from './agent-program';

describe("an agent's program", () => {
  const directory = useDirectory();
  const programIn = (place: string, answer: string) => {
    const folder = join(directory.path, place);
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'agent');
    writeFileSync(path, `#!/bin/sh\n${answer}\n`);
    chmodSync(path, 0o755);
    return path;
  };
  const find = (configured: string | undefined, ...path: readonly string[]) =>
    findAgentProgram(
      { name: 'agent', variable: 'SYN_AGENT_BIN', configured, packaged: ['no-such-package/agent'], oldest: '2.1.295' },
      path.map((place) => join(directory.path, place)).join(':'),
    );

  it('is the configured one, else the first on the PATH, and has a version', async () => {
    const [configured, onPath] = [programIn('own', 'echo 3.0.0'), programIn('bin', 'echo "2.1.332 (Agent)"')];
    mkdirSync(join(directory.path, 'links'));
    symlinkSync(onPath, join(directory.path, 'links/agent'));

    await expect(find(configured, 'bin')).resolves.toEqual({ path: configured, version: '3.0.0' });
    await expect(find(undefined, 'none', 'links', 'own')).resolves.toEqual({ path: onPath, version: '2.1.332' });
  });

  it('is missing for a reason that names what to do', async () => {
    await expect(find(undefined, 'none')).resolves.toEqual({
      missing: 'agent is neither in SYN_AGENT_BIN nor on the PATH',
    });
    await expect(find('/no/such/agent')).resolves.toEqual({
      missing: 'agent is not where SYN_AGENT_BIN says',
    });
    await expect(find(programIn('broken', 'exit 1'))).resolves.toMatchObject({
      missing: expect.stringContaining('does not say its version') as string,
    });
    const old = programIn('old', 'echo 2.1.294');
    await expect(find(old)).resolves.toEqual({ missing: 'agent is 2.1.294, older than 2.1.295' });
  });
});
