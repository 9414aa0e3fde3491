import { readFile } from 'node:fs/promises';
import { faultText } from './fault-text';

describe('the text of a fault', () => {
  it('names the cause and no path of the machine', async () => {
    const fault: unknown = await readFile('/var/lib/runner/sessions/a/none').catch((error: unknown) => error);

    expect(faultText(fault)).toBe('ENOENT: no such file or directory');
    expect(
      faultText(
        new Error('Command failed: mount -t tmpfs tmpfs /srv/runner/volume\nmount: /srv/runner/volume: denied'),
      ),
    ).toBe('Command failed: mount -t tmpfs tmpfs <path>\nmount: <path>: denied');
  });

  it('keeps addresses and plain words', () => {
    expect(faultText(new Error('https://github.com/owner/name answered 4/5, n/a'))).toBe(
      'https://github.com/owner/name answered 4/5, n/a',
    );
    expect(faultText('no room')).toBe('no room');
  });
});
