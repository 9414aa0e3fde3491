import { anthropicCount, anthropicMessages } from './answers/anthropic';
import { openaiChat, openaiResponses } from './answers/openai';
import type { Dialect } from './answers/dialect';

/** The APIs of providers that the gateway speaks. */
export const APIS = ['anthropic', 'openai'] as const;
export type Api = (typeof APIS)[number];

/** A request of an API that agents may make; all are POST. */
export type Operation = Readonly<{
  name: string;
  /** The path below the upstream's base URL. */
  path: string;
  dialect: Dialect;
  /** The fields of its request that limit the tokens of the answer; the first is the API's present one. */
  limits: readonly string[];
  /** False for requests that call no model. */
  isMetered: boolean;
}>;

const ANTHROPIC: readonly Operation[] = [
  { name: 'messages', path: '/v1/messages', dialect: anthropicMessages, limits: ['max_tokens'], isMetered: true },
  { name: 'count_tokens', path: '/v1/messages/count_tokens', dialect: anthropicCount, limits: [], isMetered: false },
];

/** Base URLs of this API include the version. */
const OPENAI: readonly Operation[] = [
  { name: 'responses', path: '/responses', dialect: openaiResponses, limits: ['max_output_tokens'], isMetered: true },
  {
    name: 'chat_completions',
    path: '/chat/completions',
    dialect: openaiChat,
    limits: ['max_completion_tokens', 'max_tokens'],
    isMetered: true,
  },
];

/** The operation at a path of an API, as agents write it; undefined for others, which the gateway does not pass on. */
export function operationAt(api: Api, path: string): Operation | undefined {
  if (api === 'anthropic') return ANTHROPIC.find((operation) => operation.path === path);
  return OPENAI.find((operation) => operation.path === path.replace(/^\/v1(?=\/)/, ''));
}
