import { instant } from './query-values';

describe('an instant', () => {
  it.each([
    ['2026-07-01T12:00:00', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01T12:00', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01T12:00:00Z', '2026-07-01T12:00:00.000Z'],
    ['2026-07-01T12:00:00+02:00', '2026-07-01T10:00:00.000Z'],
  ])('%s is %s, whatever the time zone of the server', (text, expected) => {
    expect(instant.parse(text)).toBe(expected);
  });

  it.each(['0000-01-01T00:00:00Z', '0001-01-01T00:00:00+14:00', '9999-12-31T23:59:59-14:00', '2026-02-30T00:00:00Z'])(
    '%s is none that the store could compare with',
    (text) => {
      expect(instant.safeParse(text).success).toBe(false);
    },
  );
});
