import { PausableTimer } from './pausable-timer';
import { WorkspaceFreezer } from './workspace-freezer';

describe('the timers of a workspace that is being frozen', () => {
  it('do not run out while its processes are being stopped', async () => {
    const { freezer, timer, expired } = aFreezer({ freeze: untilATimeoutOf(30) });

    await freezer.freeze('lease_uncertain');

    expect(expired()).toBe(false);
    timer.stop();
  });

  it('count on when it could not be frozen', async () => {
    const { freezer, hasExpired } = aFreezer({ freeze: () => Promise.reject(new Error('no such control group')) });

    await expect(freezer.freeze('lease_uncertain')).rejects.toThrow('no such control group');

    await hasExpired;
  });
});

/** Resolves when a timeout of this many milliseconds has fired, and with it each that was due before. */
const untilATimeoutOf = (ms: number) => () => new Promise<void>((resolve) => setTimeout(resolve, ms));

function aFreezer({ freeze }: { readonly freeze: () => Promise<void> }) {
  let isExpired = false;
  let tell: () => void;
  const hasExpired = new Promise<void>((resolve) => (tell = resolve));
  const timer = new PausableTimer(10, () => {
    isExpired = true;
    tell();
  });
  timer.start();
  const freezer = new WorkspaceFreezer({ freeze, thaw: () => Promise.resolve() }, [timer]);
  return { freezer, timer, expired: () => isExpired, hasExpired };
}
