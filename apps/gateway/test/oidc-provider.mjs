// An OpenID provider whose clients get access tokens for themselves: `node oidc-provider.mjs '<roles by client>'`.
// Prints its issuer. A token for the resource `urn:short` lasts a second, one for `urn:other` has another audience.
import Provider from 'oidc-provider';
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';

const rolesByClient = JSON.parse(process.argv[2] ?? '{}');
const resources = {
  'urn:syntropic': { audience: 'syntropic', accessTokenTTL: 600 },
  'urn:short': { audience: 'syntropic', accessTokenTTL: 1 },
  'urn:other': { audience: 'other', accessTokenTTL: 600 },
};

const key = (kid, type, options, alg) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  kid,
  alg,
  use: 'sig',
});

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: Object.keys(rolesByClient).map((client_id) => ({
      client_id,
      client_secret: 'secret',
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
    })),
    jwks: { keys: [key('rsa', 'rsa', { modulusLength: 2048 }, 'RS256')] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => 'urn:syntropic',
        useGrantedResource: () => true,
        getResourceServerInfo: (_, resource) => ({ scope: '', accessTokenFormat: 'jwt', ...resources[resource] }),
      },
    },
    extraTokenClaims: (_, { clientId }) => rolesByClient[clientId],
  });
  server.on('request', provider.callback());
  console.log(issuer);
});
