import { signStreamToken, streamClaimsIn } from './stream-token';

const SECRET = 'secret';
const NOW = 1_000_000;
const FIVE_MINUTES_MS = 300_000;
const claims = { subject: 'exec-0123456789ab', actor: { kind: 'key' as const, id: 'key-0123456789ab' } };
const { token, expiresAt } = signStreamToken(claims, SECRET, NOW);

describe('the token of a stream', () => {
  it('opens its stream for five minutes', () => {
    expect(streamClaimsIn(token, claims.subject, SECRET, NOW)).toEqual({ ...claims, expiresAt });
    expect(streamClaimsIn(token, claims.subject, SECRET, NOW + FIVE_MINUTES_MS - 1)).toBeDefined();
    expect(streamClaimsIn(token, claims.subject, SECRET, NOW + FIVE_MINUTES_MS)).toBeUndefined();
  });

  it.each([
    ['of another stream', token, 'exec-ffffffffffff', SECRET],
    ['with another secret', token, claims.subject, 'other'],
    ['with other claims', `${Buffer.from('{}').toString('base64url')}.${token.split('.')[1]}`, claims.subject, SECRET],
    ['cut off', token.slice(0, -1), claims.subject, SECRET],
    ['with more', `${token}.x`, claims.subject, SECRET],
    ['without a signature', token.split('.')[0] ?? '', claims.subject, SECRET],
    ['that is empty', '', claims.subject, SECRET],
  ])('%s opens nothing', (_, text, subject, secret) => {
    expect(streamClaimsIn(text, subject, secret, NOW)).toBeUndefined();
  });
});
