import { redactSecrets } from './secret-shapes';

const letters = (length: number, from = 'aB3dE5fG7h') => from.repeat(Math.ceil(length / from.length)).slice(0, length);

/** Made up, in the shapes of real ones; put together here so that no scanner of this repository takes them for real. */
const SECRETS: Readonly<Record<string, string>> = {
  'aws key': `AKIA${letters(16, 'ABCDEFGH23')}`,
  'aws session key': `ASIA${letters(16, 'QRSTUV4567')}`,
  'github token': `ghp_${letters(36)}`,
  'github server token': `ghs_${letters(36)}`,
  'github fine-grained token': `github_pat_${letters(22)}_${letters(59)}`,
  'gitlab token': `glpat-${letters(20)}`,
  'anthropic key': `sk-ant-api03-${letters(90)}-${letters(6)}AA`,
  'openai key': `sk-${letters(48)}`,
  'openai project key': `sk-proj-${letters(120)}`,
  'google key': `AIza${letters(35)}`,
  'slack token': `xoxb-${letters(12, '1234567890')}-${letters(24)}`,
  'stripe key': `sk_live_${letters(24)}`,
  'npm token': `npm_${letters(36)}`,
  'pypi token': `pypi-AgEIcHlwaS5vcmc${letters(80)}`,
  'hugging face token': `hf_${letters(34, 'abcdefGHIJ')}`,
  'sendgrid key': `SG.${letters(22)}.${letters(43)}`,
  'digitalocean token': `dop_v1_${letters(64, '0123456789abcdef')}`,
  'key of this platform': `syn_${letters(12, '0123456789ab')}_${letters(43)}`,
  'signed token': `eyJ${letters(33)}.eyJ${letters(80)}.${letters(43)}`,
  'private key': `-----BEGIN RSA PRIVATE KEY-----\n${letters(64)}\n${letters(64)}==\n-----END RSA PRIVATE KEY-----`,
};

const PLACES: Readonly<Record<string, (secret: string) => string>> = {
  alone: (secret) => secret,
  'in a sentence': (secret) => `it is ${secret}, and more`,
  'in a header': (secret) => `Authorization: Bearer ${secret}`,
  'in a file of variables': (secret) => `A=1\nTOKEN=${secret}\nB=2`,
  'in an address': (secret) => `https://host/path?key=${secret}&more=1`,
  'in JSON': (secret) => JSON.stringify({ output: `token "${secret}"`, more: 1 }),
  'in JSON within JSON': (secret) => JSON.stringify({ output: JSON.stringify({ token: secret }) }),
};

const HARMLESS: readonly string[] = [
  'the task-force uses sk-learn and sk-image-processing-tools for the risk-assessment',
  'commit 9fceb02d0ae598e95dc970b74767f19372d61af8, tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904',
  'f47ac10b-58cc-4372-a567-0e02b2c3d479 toolu_01A09q90qw90lq917835lq9 msg_01XFDUDYJgAACzvnptvVoYEL',
  `"integrity": "sha512-${letters(86)}=="`,
  `data:image/png;base64,${letters(400)}`,
  'AKIA is the prefix of keys; AKIAEXAMPLE is short; TAKIAMAZING1234567890',
  'ghp_example, ghp_xxx and github_pat_ are placeholders',
  'set ANTHROPIC_API_KEY=sk-ant-... and OPENAI_API_KEY=sk-...',
  'npm_config_registry=https://registry.example/ npm_package_name=x',
  'hf_hub_download(repo_id) and hf_transfer',
  'eyJ is how base64 of a JSON object begins: eyJhIjoxfQ',
  'https://user@host/path, https://host:8080/a@b, git@github.com:owner/repo.git, http://[::1]:8137/',
  'postgres://role:$PASSWORD@host/db https://user:${TOKEN}@host https://user:<password>@host https://user:***@host',
  '-----BEGIN PUBLIC KEY-----\nMFkwEwYH\n-----END PUBLIC KEY-----',
  '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
  'syn_start and syn_0123 are names',
  'SG.1 and SG.x.y are versions; xoxo-hugs-and-kisses-to-everyone',
  'rk_test and sk_test_short are names; sk_live_demo',
  'glpat-short; pypi-server; AIzaShort',
  'exec-0123456789ab key-0123456789ab trigger tr-01234567',
];

describe('credentials of known shapes', () => {
  it.each(Object.entries(SECRETS))('%s is left out wherever it stands', (_, secret) => {
    const body = secret.startsWith('-----') ? letters(64) : secret;
    for (const place of Object.values(PLACES)) {
      const text = place(secret);
      const redacted = redactSecrets(text);
      expect(redacted).not.toContain(body);
      if (text.startsWith('{')) expect(() => JSON.parse(redacted) as unknown).not.toThrow();
    }
  });

  it('a password in an address is left out, and its user is kept', () => {
    expect(redactSecrets('psql postgres://role:s3cr3t-1@db:5432/app')).toBe(
      'psql postgres://role:[password]@db:5432/app',
    );
  });

  it('are told from harmless text: none of these is taken for one', () => {
    const taken = HARMLESS.filter((text) => redactSecrets(text) !== text);
    expect({ of: HARMLESS.length, taken }).toEqual({ of: HARMLESS.length, taken: [] });
  });

  it('are found in long text with work that grows with its length alone', () => {
    for (const part of [
      'eyJ',
      'a://',
      'sk-ant-',
      '-----BEGIN ',
      'https://a:',
      'eyJaaaaaaaaaa.eyJ',
      'xoxb-1',
      '-----BEGIN PRIVATE KEY-----aaaa',
    ]) {
      const text = part.repeat(Math.ceil(2_000_000 / part.length));
      expect(redactSecrets(text).length).toBeGreaterThan(0);
    }
  });
});
