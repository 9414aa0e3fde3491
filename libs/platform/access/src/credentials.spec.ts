import { credentialIn } from './credentials';

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`;

describe('the credential of a request', () => {
  it.each([
    ['Bearer syn_a', 'syn_a'],
    ['bearer  syn_a ', 'syn_a'],
    [basic('ada:syn_a'), 'syn_a'],
    [basic(':syn_a'), 'syn_a'],
    [basic('syn_a:'), 'syn_a'],
    [basic('syn_a'), 'syn_a'],
    ['Digest syn_a', undefined],
    ['syn_a', undefined],
    ['Bearer', undefined],
    ['Bearer a b', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('in %j is %j', (authorization, credential) => {
    expect(credentialIn({ headers: { authorization } })).toBe(credential);
  });
});
