import { ApiKeys, KEY_LIMITS, newApiKey, secretHashOf } from '@syntropic/access';
import { usePlatform, type Reply } from '@syntropic/e2e';
import { ApiKeyId } from '@syntropic/kernel';
import { createPool } from '@syntropic/postgres';
import { SERVICE_NAMES } from '@syntropic/stack';
import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { KnownIds } from './known-ids';
import { draftOperations, type ApiDocument, type DraftOperation, type DraftRequest } from './api-requests';

/** Requests for each operation. More are sent by `SYN_API_REQUESTS=2000 npx jest tools/cases/api-requests`. */
const REQUESTS = Number(process.env['SYN_API_REQUESTS'] ?? 40);
const SEED = 20_261_126;
const AT_ONCE = 32;
/** Requests of an operation that are drawn together: all of a long run would not fit in memory. */
const DRAWN = 40;

const platform = usePlatform();

const known = new KnownIds();
/** The caller of all requests: some of them make keys, and the first key closes the API. */
const KEY_ID = ApiKeyId.parse('key-000000000001');
const key = newApiKey(KEY_ID);
/** The correlation ids of requests that were refused. */
const refused: string[] = [];
const answered = new Map<number, number>();

type Answer = Pick<Reply, 'status' | 'headers'> & Readonly<{ text: string }>;

async function send({ method, path, ...draft }: DraftRequest, isStream: boolean): Promise<Answer & { id: string }> {
  const address = path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(filledIn(draft.params[name] ?? 'none')),
  );
  const query = new URLSearchParams(draft.query.map(([name, value]): [string, string] => [name, filledIn(value)]));
  const id = randomUUID();
  const stop = new AbortController();
  const response = await fetch(`${platform.url}${address}${query.size > 0 ? `?${query.toString()}` : ''}`, {
    method,
    headers: { ...draft.headers, authorization: `Bearer ${key}`, 'x-request-id': id },
    signal: stop.signal,
    ...(draft.body !== undefined && { body: known.filledIn(draft.body) }),
  });
  const { status, headers } = response;
  if (isStream && status === 200) {
    stop.abort();
    return { id, status, headers, text: '' };
  }
  return { id, status, headers, text: await response.text() };
}

/** `encodeURIComponent` takes no half characters; clients cannot send them in an address either. */
const filledIn = (text: string): string => Buffer.from(known.filledIn(text)).toString();

/** The gateway may refuse for want of room; the request is sent again, as its answer says. */
async function answerTo(draft: DraftRequest, isStream: boolean): Promise<Answer & { id: string }> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send(draft, isStream);
    if (answer.status !== 503 || answer.headers.get('retry-after') === null || attempt === 20) return answer;
    await new Promise((resolve) => setTimeout(resolve, Number(answer.headers.get('retry-after')) * 1_000));
  }
}

async function check(draft: DraftRequest, isStream: boolean): Promise<void> {
  const { id, status, headers, text } = await answerTo(draft, isStream);
  // Deliveries of webhooks are signed by their sender, and these are not.
  const isUnsigned = status === 401 && text.includes('"code":"webhook.');
  if (!isUnsigned) answered.set(status, (answered.get(status) ?? 0) + 1);
  const about = { status, text: text.slice(0, 500), request: JSON.stringify(draft).slice(0, 1_000) };
  if (status >= 500 || STACK_TRACE.test(text))
    throw new Error(`a fault of the server: ${JSON.stringify(about, null, 2)}`);
  if (status < 400) {
    // Requests must not revoke the key that they are sent with.
    known.learn(text.replaceAll(KEY_ID, 'none'), draft.path);
    return;
  }
  const problem = /^application\/problem\+json/.test(headers.get('content-type') ?? '')
    ? (JSON.parse(text) as { code?: string; status?: number })
    : {};
  if (!problem.code || problem.status !== status)
    throw new Error(`no problem document: ${JSON.stringify(about, null, 2)}`);
  if (draft.method !== 'GET') refused.push(id);
}

const STACK_TRACE = /\bat (?:async )?[\w.<>]+ \(|node_modules|\.ts:\d+|\.js:\d+/;

/** Requests of all operations in turn, so that what one creates is what others change and delete. */
function* inTurn(operations: readonly DraftOperation[]): Generator<readonly [DraftRequest, boolean]> {
  for (let from = 0; from < REQUESTS; from += DRAWN) {
    const numRuns = Math.min(DRAWN, REQUESTS - from);
    const drawn = operations.map(({ requests, isStream }, index) =>
      fc
        .sample(requests, { numRuns, seed: SEED + from * 1_000 + index })
        .map((request) => [request, isStream] as const),
    );
    for (let round = 0; round < numRuns; round++) {
      for (const requests of drawn) yield* requests.slice(round, round + 1);
    }
  }
}

describe('requests of every kind, for every operation of the API document', () => {
  it('are answered without a fault of the server, and store nothing when they are refused', async () => {
    const pids = SERVICE_NAMES.map((name) => platform.service(name).pid);
    await makeKey();
    const { body } = await platform.get('/api/openapi.json');
    const operations = draftOperations(body as ApiDocument);
    const next = inTurn(operations);
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        for (const [draft, isStream] of next) await check(draft, isStream);
      }),
    );

    expect([...answered.keys()].filter((status) => status < 300)).toEqual(expect.arrayContaining([200, 201]));
    expect([...answered.keys()]).toEqual(expect.arrayContaining([400, 404, 422]));
    expect([401, 429].filter((status) => answered.has(status))).toEqual([]);
    expect(answered.has(401)).toBe(false);
    expect(await storedBy(refused)).toEqual([]);
    expect(SERVICE_NAMES.map((name) => platform.service(name).pid)).toEqual(pids);
    console.info(
      `${operations.length * REQUESTS} requests, by status: ${JSON.stringify(Object.fromEntries([...answered].sort()))}`,
    );
  }, 3_600_000);
});

async function makeKey(): Promise<void> {
  const pool = createPool(platform.server('postgres').url ?? '', { max: 1 });
  const requestsPerMinute = KEY_LIMITS.requestsPerMinute;
  const data = { keyId: KEY_ID, name: 'spec', role: 'admin', scopes: [], lifetimeDays: 1, requestsPerMinute } as const;
  await new ApiKeys(pool).create({ ...data, secretHash: secretHashOf(key) }, 'spec');
  await pool.end();
}

/** The types of events that these requests have caused. */
async function storedBy(correlationIds: readonly string[]): Promise<readonly string[]> {
  const pool = createPool(platform.server('postgres').url ?? '', { max: 1 });
  const { rows } = await pool.query<{ type: string }>(
    `select distinct type from log.events where metadata ->> 'correlationId' = any ($1)`,
    [correlationIds],
  );
  await pool.end();
  return rows.map(({ type }) => type);
}
