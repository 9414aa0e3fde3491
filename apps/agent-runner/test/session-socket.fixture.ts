import type { ScriptedModels } from '@syntropic/testing';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';

type ToolQuestion = Readonly<{ tool_name: string; tool_use_id: string; agent_id?: string }>;

/** A socket with the routes of a session's: models by the scripted server, questions of hooks by `answerHook`, and reports, which it drops. */
export function useSessionSocket(directory: { readonly path: string }, models: () => ScriptedModels) {
  const questions: ToolQuestion[] = [];
  let answerHook: (question: ToolQuestion) => object | Promise<object> = () => ({});
  const server = createServer((incoming, response) => {
    if (incoming.url?.startsWith('/hooks/')) hook(incoming, response).catch(() => response.destroy());
    else if (incoming.url === '/hooks') incoming.resume().once('end', () => response.end('{}'));
    else forward(incoming, response, models().url);
  });

  async function hook(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const question = (await json(incoming)) as ToolQuestion;
    questions.push(question);
    const answer = await answerHook(question);
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  const path = join(directory.path, 's.sock');
  beforeAll(async () => {
    server.listen(path);
    await once(server, 'listening');
    chmodSync(path, 0o666);
  });
  beforeEach(() => {
    questions.length = 0;
    answerHook = () => ({});
  });
  afterAll(() => {
    server.close();
    server.closeAllConnections();
  });
  return {
    path,
    /** The tools that were asked about. */
    questions,
    answer(answer: typeof answerHook) {
      answerHook = answer;
    },
  };
}

function forward(incoming: IncomingMessage, response: ServerResponse, url: string): void {
  const { method = 'GET', headers } = incoming;
  const upstream = ask(`${url}${incoming.url ?? ''}`, { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  upstream.on('error', () => response.destroy());
  response.on('close', () => upstream.destroy());
  incoming.pipe(upstream);
}
