import { useModels } from '@syntropic/testing';
import type { CallGuard } from '../src/model-gateway/call-guard';
import { upstream, useSockets } from './socket.fixture';
import { useDirectory } from './workspace.fixture';

export const SECRET = 'sk-the-secret-of-the-runner';
export const HAIKU = 'claude-haiku-4-5-20251001';
export const MESSAGES = '/anthropic/v1/messages?beta=true';
export const FROM_AGENT = {
  'content-type': 'application/json',
  authorization: 'Bearer dummy',
  'x-api-key': 'dummy-key',
  'anthropic-beta': 'one,two',
  'x-claude-code-agent-id': 'agent-7',
  'accept-encoding': 'gzip, br',
};

/** The cost of `COSTLY` is COST at the price of the model: 1, 5, 0.10, 1.25 and 2 dollars per million. */
export const COSTLY = {
  inputTokens: 1_000,
  outputTokens: 200,
  cacheReadTokens: 500,
  cacheWrite5mTokens: 30,
  cacheWrite1hTokens: 20,
};
export const COST = '0.0021275';

export const request = (more: object = {}) => ({ model: HAIKU, messages: [{ role: 'user', content: 'Hi' }], ...more });

/** Sockets of sessions before the scripted models. */
export function useGateway() {
  const models = useModels();
  const open = useSockets(useDirectory());
  beforeEach(() => {
    models().clear();
  });
  return {
    models,
    open,
    openAnthropic: (guards: readonly CallGuard[] = []) =>
      open({ upstreams: [upstream('anthropic', models().url, SECRET)], guards }),
  };
}
