interface Request {
  readonly method?: 'POST';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** A client of the platform's API that reads its own writes: each request waits for the changes of earlier ones. */
export class Api {
  #position?: string;

  constructor(private readonly url: string) {}

  addressOf(path: string): string {
    return `${this.url}${path}`;
  }

  async get(path: string): Promise<unknown> {
    return answerOf(await this.request(path));
  }

  async post(path: string, type: 'application/json' | 'application/yaml', body: string): Promise<unknown> {
    return answerOf(await this.request(path, { method: 'POST', headers: { 'content-type': type }, body }));
  }

  async exists(path: string): Promise<boolean> {
    const { ok } = await this.request(path);
    return ok;
  }

  /** The response as it comes, for streams. */
  async request(path: string, request: Request = {}): Promise<Response> {
    const seen = this.#position === undefined ? {} : { 'x-min-position': this.#position };
    const response = await fetch(this.addressOf(path), { ...request, headers: { ...seen, ...request.headers } });
    const position = response.headers.get('x-position');
    if (request.method === 'POST' && position !== null) this.#position = position;
    return response;
  }
}

async function answerOf(response: Response): Promise<unknown> {
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.url} answered ${response.status}: ${text}`);
  return JSON.parse(text) as unknown;
}
