import { readFile } from 'node:fs/promises';
import { request as requestPlain, type IncomingMessage } from 'node:http';
import { request as requestSecure } from 'node:https';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';

/** A server that takes longer to answer is not there. */
const DEADLINE_MS = 60_000;
const MAX_ANSWER_BYTES = 16 * 1024 ** 2;

const Status = z.object({ message: z.string() });

export interface ClusterAccess {
  readonly url: string;
  /** A directory with `token` and `ca.crt`, as pods have it of their service account. */
  readonly credentials: string;
}

/** A refusal of the API server. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** The API of a cluster, as a service account. */
export class KubernetesApi {
  constructor(private readonly access: ClusterAccess) {}

  /** @throws ApiRefused */
  async get<Answer>(path: string, schema: z.ZodType<Answer>, query: Readonly<Record<string, string>> = {}) {
    return schema.parse(await this.#call('GET', `${path}?${new URLSearchParams(query).toString()}`));
  }

  /** @throws ApiRefused */
  async create(path: string, object: object): Promise<void> {
    // Unknown fields are refused instead of dropped.
    await this.#call('POST', `${path}?fieldValidation=Strict`, object);
  }

  /** Removes an object and what belongs to it. One that is gone already is not missed. @throws ApiRefused */
  async remove(path: string): Promise<void> {
    try {
      await this.#call('DELETE', path, { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' });
    } catch (error) {
      if (!(error instanceof ApiRefused && error.status === 404)) throw error;
    }
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const { url, credentials } = this.access;
    const target = new URL(path, url);
    const isSecure = target.protocol === 'https:';
    // The kubelet renews tokens: each call reads the present one.
    const [token, ca] = await Promise.all([
      readFile(join(credentials, 'token'), 'utf8'),
      isSecure ? readFile(join(credentials, 'ca.crt')) : undefined,
    ]);
    const content = body && Buffer.from(JSON.stringify(body));
    const headers = {
      authorization: `Bearer ${token.trim()}`,
      accept: 'application/json',
      ...(content && { 'content-type': 'application/json', 'content-length': content.length }),
    };
    const options = { method, headers, ca, signal: AbortSignal.timeout(DEADLINE_MS) };
    const call = (isSecure ? requestSecure : requestPlain)(target, options);
    call.end(content);
    const [response] = (await once(call, 'response')) as [IncomingMessage];
    return answerIn(response);
  }
}

async function answerIn(response: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    bytes += piece.length;
    if (bytes > MAX_ANSWER_BYTES) throw new Error('the API server has answered too much');
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  const { statusCode: status = 0 } = response;
  if (status >= 200 && status < 300) return JSON.parse(text);

  const told = Status.safeParse(parsed(text));
  throw new ApiRefused(status, told.success ? told.data.message : `the API server has answered ${status}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
