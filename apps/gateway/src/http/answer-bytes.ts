import { jsonBytes, shortText } from '@syntropic/kernel';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** The most bytes of one answer, or of one frame; what is larger is paged, or cut. */
export const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

type Cut = Readonly<{ textBytes: number; items: number }>;

/** Ids have fewer bytes than the shortest text. Lists are cut only where that is not enough. */
const CUTS: readonly Cut[] = [
  ...[256, 64, 16, 4, 1, 0.25].map((kibibytes) => ({ textBytes: kibibytes * 1024, items: Infinity })),
  ...[1_000, 100, 10, 1].map((items) => ({ textBytes: 256, items })),
];

/** The value with its longest texts cut, an ellipsis at their end, so that it has at most so many bytes as JSON. */
function withinBytes(value: object, maxBytes: number): object {
  let shown = value;
  for (const cut of CUTS) {
    if (jsonBytes(shown) <= maxBytes) break;
    shown = shortened(value, cut) as object;
  }
  return shown;
}

function shortened(value: unknown, cut: Cut): unknown {
  if (typeof value === 'string') return shortText(value, cut.textBytes);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.slice(0, cut.items).map((item) => shortened(item, cut));
  const fields = Object.entries(value).map(([key, field]) => [shortText(key, cut.textBytes), shortened(field, cut)]);
  return Object.fromEntries(fields) as object;
}

/** The JSON text of a value within these bytes; its texts are cut only where it has more. */
export function jsonWithin(value: object, maxBytes: number): string {
  const json = JSON.stringify(value);
  return Buffer.byteLength(json) <= maxBytes ? json : JSON.stringify(withinBytes(value, maxBytes));
}

/** Cuts the long texts of JSON answers that are too large, whatever is stored. */
export function boundAnswers(fastify: FastifyInstance): void {
  fastify.addHook('onSend', (_, reply, payload, done) => {
    const isTooLarge = typeof payload === 'string' && isJson(reply) && Buffer.byteLength(payload) > MAX_ANSWER_BYTES;
    done(null, isTooLarge ? JSON.stringify(withinBytes(JSON.parse(payload) as object, MAX_ANSWER_BYTES)) : payload);
  });
}

const isJson = (reply: FastifyReply): boolean => String(reply.getHeader('content-type')).startsWith('application/json');
