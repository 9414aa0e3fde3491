import type { ValidateFunction } from 'ajv';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Platform } from './platform';

type JsonSchema = Readonly<{
  $ref?: string;
  type?: string;
  anyOf?: readonly JsonSchema[];
  properties?: Readonly<Record<string, JsonSchema>>;
  items?: JsonSchema;
}>;

type Content = Readonly<{ content?: Readonly<Record<string, Readonly<{ schema: JsonSchema }>>> }>;
type Operation = Readonly<{ responses: Readonly<Record<string, Content>> }>;

/** The contract of the reference platform's API: paths below the address of the platform. */
type ApiContract = Readonly<{
  paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  components: Readonly<{ schemas: Readonly<Record<string, JsonSchema>> }>;
}>;

type Headers = Readonly<Record<string, string>>;
type Sent = Readonly<{
  params?: Readonly<Record<string, string>>;
  query?: string;
  body?: object | string | FormData;
  headers?: Headers;
}>;

export type Fields = Readonly<Record<string, unknown>>;

/** What the platform answers to the operations of a contract, by operation: `GET /api/executions/{execution_id}`. */
export class ContractAnswers {
  readonly #ajv = addFormats(new Ajv2020({ strict: false, allErrors: true, logger: false }));
  readonly #checks = new Map<object, ValidateFunction>();
  readonly #answers = new Map<string, Readonly<{ status: number; answer: unknown }>[]>();
  /** The position of the last change: reads wait for it. */
  #position: string | undefined;

  #read: ApiContract | undefined;

  /** @param folder with the contract, which is read at the first use */
  constructor(
    private readonly platform: Platform,
    private readonly folder: () => string,
  ) {}

  get #contract(): ApiContract {
    return (this.#read ??= JSON.parse(readFileSync(join(this.folder(), 'api-contract.json'), 'utf8')) as ApiContract);
  }

  get operations(): readonly string[] {
    return Object.entries(this.#contract.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
  }

  get called(): readonly string[] {
    return [...this.#answers.keys()];
  }

  /** Sends a request. @throws when it is refused, or its answer is not as the contract says */
  async call(operation: string, sent: Sent = {}): Promise<Fields> {
    const response = await this.#send(operation, sent);
    const { status, url } = response;
    const answer = (await response.json()) as Fields;
    const faults = status < 300 ? this.#faultsOf(operation, status, answer) : 'it is refused';
    if (faults) throw new Error(`${operation} (${url}) was answered ${status}: ${faults}\n${JSON.stringify(answer)}`);

    this.#answers.set(operation, [...(this.#answers.get(operation) ?? []), { status, answer }]);
    this.#position = response.headers.get('x-position') ?? this.#position;
    return answer;
  }

  #send(operation: string, { params = {}, query = '', body, headers = {} }: Sent): Promise<Response> {
    const [method = '', path = ''] = operation.split(' ');
    const address = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? name);
    const isJson = typeof body === 'object' && !(body instanceof FormData);
    return fetch(`${this.platform.url}${address}?${query}`, {
      method,
      headers: {
        ...(this.#position !== undefined && { 'x-min-position': this.#position }),
        ...(isJson && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: isJson ? JSON.stringify(body) : body }),
    });
  }

  /** Leaves the answers of changes alone, so that reads are noted as they are now. */
  forgetReads(): void {
    for (const operation of this.called) if (operation.startsWith('GET ')) this.#answers.delete(operation);
  }

  /** The fields of the contract that every answer left empty. */
  get empty(): readonly string[] {
    return [...this.#answers].flatMap(([operation, answers]) => {
      const fields = new Fullness();
      for (const { status, answer } of answers) this.#note(fields, answer, this.#schemaOf(operation, status));
      return fields.empty.map((field) => `${operation} ${field}`);
    });
  }

  /** Notes the fields that the contract names, at any depth. Others are the platform's own, or keys of maps. */
  #note(fields: Fullness, value: unknown, declared: JsonSchema | undefined, path = ''): void {
    const schema = this.#resolved(declared);
    if (path !== '') fields.note(path, value);
    if (Array.isArray(value)) for (const item of value) this.#note(fields, item, schema.items, `${path}[]`);
    else if (typeof value === 'object' && value !== null) {
      for (const [name, own] of Object.entries(schema.properties ?? {})) {
        if (name in value) this.#note(fields, value[name as keyof typeof value], own, `${path}.${name}`);
      }
    }
  }

  /** Follows references, and leaves the alternative null out. */
  #resolved(schema: JsonSchema = {}): JsonSchema {
    const other = schema.anyOf?.find(({ type }) => type !== 'null');
    if (other) return this.#resolved(other);
    const name = schema.$ref?.split('/').at(-1);
    return name === undefined ? schema : this.#resolved(this.#contract.components.schemas[name]);
  }

  #schemaOf(operation: string, status: number): JsonSchema | undefined {
    const [method = '', path = ''] = operation.split(' ');
    const { responses = {} } = this.#contract.paths[path]?.[method.toLowerCase()] ?? {};
    return responses[status]?.content?.['application/json']?.schema;
  }

  #faultsOf(operation: string, status: number, answer: unknown): string {
    const schema = this.#schemaOf(operation, status);
    if (!schema) return `no answer ${status} is declared`;
    const check = this.#checks.get(schema) ?? this.#ajv.compile({ ...schema, components: this.#contract.components });
    this.#checks.set(schema, check);
    return check(answer) ? '' : this.#ajv.errorsText(check.errors);
  }
}

const EMPTY: readonly unknown[] = [null, '', 0, '0'];

/** Which fields had a value in any answer: no null, no empty text, list or object, and no zero. */
class Fullness {
  readonly #fields = new Map<string, boolean>();

  note(field: string, value: unknown): void {
    const isEmpty =
      typeof value === 'object' && value !== null ? Object.keys(value).length === 0 : EMPTY.includes(value);
    this.#fields.set(field, this.#fields.get(field) === true || !isEmpty);
  }

  get empty(): readonly string[] {
    return [...this.#fields].flatMap(([field, isFull]) => (isFull ? [] : [field]));
  }
}
