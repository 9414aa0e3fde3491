/** The platform's API as the example uses it. */
export class Api {
  constructor(private readonly url: string) {}

  get(path: string): Promise<unknown> {
    return this.ask(path, {});
  }

  post(path: string, type: 'application/json' | 'application/yaml', body: string): Promise<unknown> {
    return this.ask(path, { method: 'POST', headers: { 'content-type': type }, body });
  }

  async exists(path: string): Promise<boolean> {
    const { status } = await fetch(`${this.url}${path}`);
    return status === 200;
  }

  addressOf(path: string): string {
    return `${this.url}${path}`;
  }

  private async ask(path: string, request: RequestInit): Promise<unknown> {
    const response = await fetch(`${this.url}${path}`, request);
    const text = await response.text();
    if (!response.ok) throw new Error(`${request.method ?? 'GET'} ${path} answered ${response.status}: ${text}`);
    return JSON.parse(text) as unknown;
  }
}
