import { eventually } from '@syntropic/testing';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useEngine } from '../test/container-engine.fixture';
import { IMAGE } from '../test/docker-backend';
import { useRunner } from '../test/runner.fixture';
import { useDirectory } from '../test/workspace.fixture';
import { PROVIDERS } from './injection-tokens';
import { CommandProvider } from './providers';

describe('the runner module', () => {
  const directory = useDirectory();
  const runner = useRunner(directory);
  const engine = useEngine(directory);

  it('starts a runner that renews its leases with the capabilities of its providers', async () => {
    await runner.start({ slots: 3 });

    const { data } = await eventually(() => renewal() ?? false);
    const providers = ['cli', 'command', 'simulated'];
    expect(data).toMatchObject({ providers, slots: 3, leases: [], parked: [] });
  });

  it('offers the agents whose programs it has found, and says why it lacks the others', async () => {
    const program = join(directory.path, 'claude');
    writeFileSync(program, '#!/bin/sh\necho "2.1.332 (Claude Code)"\n', { mode: 0o755 });
    await runner.start({ environment: { SYN_CLAUDE_BIN: program, PATH: '/nowhere' } });

    const { data } = await eventually(() => renewal() ?? false);
    expect(data).toMatchObject({
      providers: ['claude', 'claude/fork', 'cli', 'command', 'simulated'],
      agents: {
        claude: { version: '2.1.332' },
        codex: { missing: 'codex is neither in SYN_CODEX_BIN nor on the PATH' },
      },
    });
  });

  it('offers containers where an engine runs them', async () => {
    const environment = { WORKSPACE_DOCKER_SOCKET: engine.socket, WORKSPACE_IMAGE: IMAGE };
    await runner.start({ environment });

    const { data } = await eventually(() => renewal() ?? false);
    expect(data).toMatchObject({ backends: expect.arrayContaining(['docker']) as string[] });
  });

  it('needs an image for containers', async () => {
    const environment = { WORKSPACE_DOCKER_SOCKET: engine.socket };

    await expect(runner.start({ environment })).rejects.toThrow(/WORKSPACE_IMAGE.*WORKSPACE_DOCKER_SOCKET/s);
  });

  it('lets a spec replace a provider', async () => {
    await runner.start({ replaced: [{ provide: PROVIDERS, useValue: [new CommandProvider()] }] });

    const { data } = await eventually(() => renewal() ?? false);
    expect(data).toMatchObject({ providers: ['command'] });
  });

  const renewal = () => runner.platform.received.find(({ type }) => type === 'RenewWork');
});
