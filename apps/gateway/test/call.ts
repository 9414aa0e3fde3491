import { eventually } from '@syntropic/testing';

export type Json = Readonly<Record<string, unknown>>;

export type Call = Readonly<{
  /** A text as it is, anything else as JSON. */
  body?: string | object | undefined;
  headers?: Readonly<Record<string, string>>;
  /** The answer waits until the read models have reached this position. */
  minPosition?: string | undefined;
}>;

/** Sends a request to a gateway, and answers with the JSON that it replies. */
export async function call(url: string, method: string, path: string, { body, headers, minPosition }: Call = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...(minPosition !== undefined && { 'x-min-position': minPosition }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, headers: response.headers, body: (await response.json()) as Json };
}

/** The JSON of a successful answer; read models that are behind may take longer than one request waits. */
export const readBody = (url: string, path: string, minPosition?: string): Promise<Json> =>
  eventually(async () => {
    const { status, body } = await call(url, 'GET', path, { minPosition });
    expect({ path, status, body }).toMatchObject({ path, status: 200 });
    return body;
  });
