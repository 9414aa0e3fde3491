import { eventually } from '@syntropic/testing';
import { useRunner } from '../test/runner.fixture';
import { useDirectory } from '../test/workspace.fixture';
import { PROVIDERS } from './injection-tokens';
import { CommandProvider } from './providers';

describe('the runner module', () => {
  const runner = useRunner(useDirectory());

  it('starts a runner that renews its leases with the capabilities of its providers', async () => {
    await runner.start({ slots: 3 });

    const { data } = await eventually(() => renewal() ?? false);
    expect(data).toMatchObject({ providers: ['command', 'simulated'], slots: 3, leases: [], parked: [] });
  });

  it('lets a spec replace a provider', async () => {
    await runner.start({ replaced: [{ provide: PROVIDERS, useValue: [new CommandProvider()] }] });

    const { data } = await eventually(() => renewal() ?? false);
    expect(data).toMatchObject({ providers: ['command'] });
  });

  const renewal = () => runner.platform.received.find(({ type }) => type === 'RenewWork');
});
