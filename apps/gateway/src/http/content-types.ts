import type { FastifyInstance, FastifyRequest } from 'fastify';
import { invalidRequest, Problem } from '../problems/problem';
import { isTooDeep } from './json-depth';

export const MAX_BODY_BYTES = 1024 * 1024;

const YAML_TYPES = ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml'];

export const isYaml = (contentType: string | undefined): boolean =>
  YAML_TYPES.includes((contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '');

/** True for routes whose handlers verify a signature over the bytes of the body. */
export const isSigned = ({ routeOptions }: Pick<FastifyRequest, 'routeOptions'>): boolean =>
  (routeOptions.config as Readonly<{ signed?: boolean }> | undefined)?.signed === true;

const FORM_TYPE = 'multipart/form-data';

export const isForm = (contentType: string | undefined): boolean =>
  (contentType ?? '').split(';')[0]?.trim().toLowerCase() === FORM_TYPE;

/**
 * Accepts JSON and YAML bodies, and forms with a file, which the endpoints that take them read as a stream.
 * Browsers send forms across sites without a preflight: requests of foreign pages are refused by their origin, and other kinds of forms are.
 */
export function takeBodies(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  const asBuffer = { parseAs: 'buffer' as const, bodyLimit: MAX_BODY_BYTES };

  fastify.addContentTypeParser('application/json', asBuffer, (request, body: Buffer, done) => {
    if (isSigned(request)) done(null, body);
    else answer(done, () => (body.length === 0 ? undefined : parsed(body)));
  });
  fastify.addContentTypeParser(YAML_TYPES, asBuffer, (_request, body: Buffer, done) => {
    answer(done, () => textOf(body));
  });
  fastify.addContentTypeParser(FORM_TYPE, (_request, stream, done) => {
    done(null, stream);
  });
}

type Done = (error: Error | null, body?: unknown) => void;

function answer(done: Done, read: () => unknown): void {
  try {
    done(null, read());
  } catch (error) {
    done(error as Error);
  }
}

function textOf(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch (cause) {
    throw new Problem('request.malformed', 'the body is not UTF-8', { cause });
  }
}

/** The value of a JSON body. @throws Problem */
export function parsed(body: Buffer): unknown {
  if (isTooDeep(body)) throw invalidRequest([{ field: '', message: 'the body is nested too deep' }]);
  const text = textOf(body);
  try {
    return JSON.parse(text, refusingPrototypes) as unknown;
  } catch (cause) {
    if (cause instanceof Problem) throw cause;
    throw new Problem('request.malformed', `the body is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/** Refuses the key `__proto__`, which could replace an object's prototype in later code. */
function refusingPrototypes(key: string, value: unknown): unknown {
  if (key !== '__proto__') return value;
  throw invalidRequest([{ field: key, message: 'is not a name that a field may have' }]);
}
