import { readFile } from 'node:fs/promises';
import { reasonOf } from './reason';

describe('the reason of a fault', () => {
  it('names the cause and no path of the machine', async () => {
    const fault: unknown = await readFile('/var/lib/runner/sessions/a/none').catch((error: unknown) => error);

    expect(reasonOf(fault)).toBe('ENOENT: no such file or directory');
    expect(
      reasonOf(new Error('Command failed: mount -t tmpfs tmpfs /srv/runner/volume\nmount: /srv/runner/volume: denied')),
    ).toBe('Command failed: mount -t tmpfs tmpfs <path>\nmount: <path>: denied');
  });

  it('keeps addresses and plain words', () => {
    expect(reasonOf(new Error('https://github.com/owner/name answered 4/5, n/a'))).toBe(
      'https://github.com/owner/name answered 4/5, n/a',
    );
    expect(reasonOf('no room')).toBe('no room');
    expect(reasonOf(new Error(`\0${'/a/b '.repeat(1e5)}`))).toMatch(/^\ufffd(<path> )+<?p?a?t?h?>?…$/);
  });
});
