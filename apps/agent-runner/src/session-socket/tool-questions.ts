import { z } from 'zod';
import { fieldsOf } from '../model-gateway/fields-of';
import type { ByteBudget } from './byte-budget';
import { answerJson, refuse, type Exchange } from './exchange';
import type { HoldGate } from './hold-gate';
import { readBody } from './request-body';

/** The input of a hook, as agents write it; it may hold the content of a file. */
const MAX_HOOK_BYTES = 16 * 1024 * 1024;
/** Tools that are remembered: an agent may invent any number. */
const MAX_TOOLS = 10_000;
const ToolId = z.string().min(1).max(200);

/** Hears of an agent's tools by its hooks: one that is asked while the session is held waits for the answer. */
export class ToolQuestions {
  readonly #running = new Set<string>();

  #isAsked = false;

  constructor(
    private readonly hold: HoldGate,
    private readonly bodies: ByteBudget,
  ) {}

  /** The tools that were let go and have not ended. */
  get running(): ReadonlySet<string> {
    return this.#running;
  }

  /** True for an agent that asks before its tools: one that it has not asked about does not run. */
  get isAsked(): boolean {
    return this.#isAsked;
  }

  /** To be called when a tool is known to have ended. */
  ended(id: string): void {
    this.#running.delete(id);
  }

  async answer(exchange: Exchange): Promise<void> {
    const { path, response, request } = exchange;
    const moment = path.slice('/hooks/'.length);
    if (request.method !== 'POST' || !['pre-tool-use', 'post-tool-use'].includes(moment)) {
      refuse(response, { status: 404, code: 'not_found_error', message: 'there is no such hook' });
      return;
    }
    const body = await readBody(request, this.bodies, MAX_HOOK_BYTES);
    const id = ToolId.safeParse((await fieldsOf(body.bytes, ['tool_use_id'])).get('tool_use_id')).data;
    body.free();
    if (id === undefined) {
      refuse(response, { status: 400, code: 'invalid_request_error', message: 'tool_use_id: a string is required' });
      return;
    }
    if (moment === 'pre-tool-use') await this.#begin(id, exchange.gone);
    else this.ended(id);
    answerJson(response, {});
  }

  async #begin(id: string, gone: AbortSignal): Promise<void> {
    this.#isAsked = true;
    await this.hold.enter({ kind: 'tool', id }, gone);
    if (this.#running.size < MAX_TOOLS) this.#running.add(id);
  }
}
