import type { SessionId } from '@syntropic/kernel';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { CallGuard } from '../src/model-gateway/call-guard';
import { ModelGateway } from '../src/model-gateway/model-gateway';
import { CREDENTIAL_HEADERS, type Upstream } from '../src/model-gateway/upstreams';
import { Spool } from '../src/session';
import { blockList, HostList, SessionSockets, type SessionSocket } from '../src/session-socket';

type SocketOptions = Readonly<{
  upstreams?: readonly Upstream[];
  guards?: readonly CallGuard[];
  hosts?: readonly string[];
  privateNetworks?: readonly string[];
  maxOutputTokens?: number;
}>;

export const upstream = (api: Upstream['api'], baseUrl: string, secret?: string, name: string = api): Upstream => ({
  name,
  api,
  baseUrl,
  credential: secret === undefined ? undefined : { ...CREDENTIAL_HEADERS[api], secret: { value: secret } },
});

/** Sockets of sessions with these ways out. */
export const socketsWith = ({ upstreams = [], guards = [], hosts = [], privateNetworks = [] }: SocketOptions) =>
  new SessionSockets(
    new ModelGateway(new Map(upstreams.map((one) => [one.name, one]))),
    { hosts: new HostList(hosts), privateNetworks: blockList(privateNetworks) },
    guards,
  );

type Answer = Readonly<{ status: number; headers: IncomingHttpHeaders; body: string }>;

type Sent = Readonly<{ headers?: Record<string, string>; signal?: AbortSignal }>;

/** Sends a request through a session's socket; resolves with the head of the answer. */
export function send(
  socketPath: string,
  path: string,
  body: unknown,
  { headers = {}, signal }: Sent = {},
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const options = { socketPath, path, method: 'POST', headers, signal, agent: false } as const;
    const outgoing = request(options, resolve).once('error', reject);
    outgoing.end(typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
}

/** Sends a request and reads all of the answer. */
export async function ask(...sent: Parameters<typeof send>): Promise<Answer> {
  const answer = await send(...sent);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body: await text(answer) };
}

type RecordedFact = Readonly<{ event_type: string; context: Readonly<Record<string, unknown>> }>;

/** Opens the sockets of sessions without agents, and closes them after each test. */
export function useSockets(directory: { readonly path: string }) {
  const open: { socket: SessionSocket; spool: Spool; sockets: SessionSockets }[] = [];
  afterEach(async () => {
    for (const { socket, spool, sockets } of open.splice(0)) {
      await socket.close();
      await spool.close();
      sockets.onApplicationShutdown();
    }
  });
  return async (options: SocketOptions, egress?: readonly string[], own: string = randomUUID()) => {
    const path = join(directory.path, own);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    const spool = await Spool.open(path);
    const sockets = socketsWith(options);
    const { maxOutputTokens } = options;
    const owner = { sessionId: own as SessionId, leg: 1, directory: path, egress, spool, maxOutputTokens };
    const socket = await sockets.open(owner);
    open.push({ socket, spool, sockets });
    const records = (type: string) =>
      readFileSync(spool.file, 'utf8')
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse((JSON.parse(line) as { text: string }).text) as RecordedFact)
        .filter(({ event_type }) => event_type === type)
        .map(({ context }) => context);
    return { socket, sockets, spool, records, reopen: () => sockets.open(owner), directory: path };
  };
}
