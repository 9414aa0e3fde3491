import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { LineRedactor } from './line-redactor';

const pem = (type: 'pkcs1' | 'pkcs8', bits = 2048) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type, format: 'pem' }).toString().trimEnd();

/** Made here, so that no scanner of this repository finds one in it. */
const wrapped = (name: string, bytes: number, width: number, headers = '') =>
  [
    `-----BEGIN ${name}-----`,
    headers,
    ...(randomBytes(bytes)
      .toString('base64')
      .match(new RegExp(`.{1,${width}}`, 'g')) ?? []),
  ]
    .concat(`-----END ${name}-----`)
    .join('\n');

const KEYS: Readonly<Record<string, string>> = {
  RSA: pem('pkcs1'),
  'PKCS #8': pem('pkcs8', 1024),
  'elliptic curve': generateKeyPairSync('ec', { namedCurve: 'P-256' })
    .privateKey.export({ type: 'sec1', format: 'pem' })
    .toString(),
  OpenSSH: wrapped('OPENSSH PRIVATE KEY', 1_700, 70),
  encrypted: wrapped('RSA PRIVATE KEY', 1_200, 64, 'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0123456789ABCDEF\n'),
  'of 16,384 bits': wrapped('PRIVATE KEY', 9_300, 64),
};

const PRINTED: Readonly<Record<string, (line: string, number: number) => string>> = {
  'as it is': (line) => line,
  'with numbers': (line, number) => `${String(number + 1).padStart(6)}\t${line}`,
  'as a difference': (line) => `+${line}`,
  'by a search': (line, number) => `home/key.pem:${number + 1}:${line}`,
  'in YAML': (line) => `      ${line}`,
  'in a program': (line) => `"${line}",`,
  'with carriage returns': (line) => `${line}\r`,
};

const redacted = (lines: readonly string[]) => {
  const redactor = new LineRedactor();
  return lines.map((line) => redactor.redact(line));
};

/** Text in which nothing is a key, though a key is spoken of. */
const HARMLESS: readonly (readonly string[])[] = [
  ['-----BEGIN PRIVATE KEY-----', 'is how a key begins', 'done', 'commit 9fceb02d0ae598e95dc970b74767f19372d61af8'],
  ['grep -l "-----BEGIN RSA PRIVATE KEY-----"', 'src/a.ts', 'src/b.ts', 'f47ac10b-58cc-4372-a567-0e02b2c3d479'],
  [
    '-----BEGIN CERTIFICATE-----',
    ...(randomBytes(900)
      .toString('base64')
      .match(/.{1,64}/g) ?? []),
    '-----END CERTIFICATE-----',
  ],
  [
    '-----BEGIN PUBLIC KEY-----',
    'MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEMFkwEwYHKoZIzj0CAQYIKoZIzj0D',
    '-----END PUBLIC KEY-----',
  ],
  ['no marker at all', randomBytes(48).toString('base64'), randomBytes(48).toString('base64')],
  ['-----BEGIN PRIVATE KEY-----', ...Array.from({ length: 10 }, () => 'words'), randomBytes(48).toString('base64')],
];

describe('a private key that is printed line by line', () => {
  it.each(Object.entries(KEYS))('%s is left out however its lines are printed', (_, key) => {
    const lines = key.split('\n');
    const secret = lines.filter((line) => /^[A-Za-z0-9+/=]{4,}$/.test(line));
    for (const print of Object.values(PRINTED)) {
      const shown = redacted([...lines.map(print), 'what follows'].flat());
      expect(secret.filter((line) => shown.some((text) => text.includes(line)))).toEqual([]);
      expect(shown.at(-1)).toBe('what follows');
    }
  });

  it('is left out where several lines come together, or others between', () => {
    const lines = pem('pkcs8').split('\n');
    const together = [lines.slice(0, 3).join('\n'), 'a word', ...lines.slice(3, 9), lines.slice(9).join('\n')];
    const shown = redacted(together).join('\n');
    expect(lines.slice(1, -1).filter((line) => shown.includes(line))).toEqual([]);
    expect(shown).toContain('a word');
  });

  it('takes no harmless line with it', () => {
    const taken = HARMLESS.flatMap((lines) => {
      const shown = redacted(lines);
      return lines.filter((line, index) => shown[index] !== line && !line.includes('PRIVATE KEY-----'));
    });
    expect({ of: HARMLESS.flat().length, taken }).toEqual({ of: HARMLESS.flat().length, taken: [] });
  });

  it('is looked for with work that grows with the length of a line alone', () => {
    const long = `${randomBytes(1_500_000).toString('base64')}!!!!!!!!!`;
    expect(redacted(['-----BEGIN PRIVATE KEY-----', long, long.slice(0, -9)])).toEqual([
      '[private key]',
      long,
      '[private key]',
    ]);
  });

  it('ends with its last line, and with the longest key', () => {
    const body = () => randomBytes(48).toString('base64');
    const [begin, ...after] = redacted(['-----BEGIN PRIVATE KEY-----', ...Array.from({ length: 300 }, body)]);
    expect(begin).toBe('[private key]');
    expect(after.filter((line) => line === '[private key]')).toHaveLength(250);
  });
});
