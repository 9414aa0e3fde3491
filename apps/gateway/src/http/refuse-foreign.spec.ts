import { refuseForeign } from './refuse-foreign';

const asked = (headers: Record<string, string>) => () => {
  refuseForeign({ headers });
};

describe('without public hosts', () => {
  it.each([
    [{ host: 'localhost:8137' }],
    [{ host: '127.0.0.1' }],
    [{ host: '[::1]:8137' }],
    [{ host: 'LOCALHOST:8137', origin: 'http://localhost:8137', 'sec-fetch-site': 'same-origin' }],
    [{ host: 'localhost:8137', 'sec-fetch-site': 'none' }],
  ])('%j may ask', (headers) => {
    expect(asked(headers)).not.toThrow();
  });

  it.each([
    [{}],
    [{ host: 'evil.example:8137' }],
    [{ host: 'localhost.evil.example' }],
    [{ host: '127.0.0.1.evil.example' }],
    [{ host: 'localhost:8137', origin: 'http://localhost:3000' }],
    [{ host: 'localhost:8137', origin: 'null' }],
    [{ host: 'localhost:8137', 'sec-fetch-site': 'same-site' }],
    [{ host: 'localhost:8137', 'sec-fetch-site': 'cross-site' }],
  ])('%j may not', (headers) => {
    expect(asked(headers)).toThrow(expect.objectContaining({ code: 'request.foreign' }) as Error);
  });
});

describe('a public host', () => {
  const publicly = (headers: Record<string, string>) => () => {
    refuseForeign({ headers }, { hosts: ['agents.example'] });
  };

  it.each([
    [{ host: 'agents.example' }],
    [{ host: 'Agents.Example:8137' }],
    [{ host: 'localhost:8137' }],
    [{ host: 'agents.example', origin: 'https://agents.example', 'sec-fetch-site': 'same-origin' }],
    [{ host: 'agents.example', origin: 'http://agents.example' }],
  ])('is ours: %j', (headers) => {
    expect(publicly(headers)).not.toThrow();
  });

  it.each([
    [{ host: 'evil.example' }],
    [{ host: 'sub.agents.example' }],
    [{ host: 'agents.example.evil.example' }],
    [{ host: 'agents.example', origin: 'https://evil.example' }],
    [{ host: 'agents.example', origin: 'https://agents.example:444' }],
    [{ host: 'localhost:8137', origin: 'https://localhost:8137' }],
    [{ host: 'agents.example', 'sec-fetch-site': 'cross-site' }],
  ])('makes nothing else ours: %j', (headers) => {
    expect(publicly(headers)).toThrow(expect.objectContaining({ code: 'request.foreign' }) as Error);
  });
});
