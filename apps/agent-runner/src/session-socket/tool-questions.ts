import { z } from 'zod';
import { fieldsOf } from '../model-gateway/fields-of';
import type { ByteBudget } from './byte-budget';
import { answerJson, refuse, type Exchange } from './exchange';
import type { HoldGate } from './hold-gate';
import { readBody } from './request-body';
import type { AskedTool, RunningTools } from './running-tools';

/** The input of a hook, as agents write it; it may hold the content of a file. */
const MAX_HOOK_BYTES = 16 * 1024 * 1024;
const Name = z.string().min(1).max(200);

/** Hears of an agent's tools by its hooks: one that is asked while the session is held waits for the answer. */
export class ToolQuestions {
  constructor(
    private readonly hold: HoldGate,
    private readonly tools: RunningTools,
    private readonly bodies: ByteBudget,
  ) {}

  async answer(exchange: Exchange): Promise<void> {
    const { path, response, request } = exchange;
    const moment = path.slice('/hooks/'.length);
    if (request.method !== 'POST' || !['pre-tool-use', 'post-tool-use'].includes(moment)) {
      refuse(response, { status: 404, code: 'not_found_error', message: 'there is no such hook' });
      return;
    }
    const body = await readBody(request, this.bodies, MAX_HOOK_BYTES);
    const fields = await fieldsOf(body.bytes, ['tool_use_id', 'tool_name', 'agent_id']);
    body.free();
    const [id, name, agentId] = ['tool_use_id', 'tool_name', 'agent_id'].map(
      (field) => Name.safeParse(fields.get(field)).data,
    );
    if (id === undefined) {
      refuse(response, { status: 400, code: 'invalid_request_error', message: 'tool_use_id: a string is required' });
      return;
    }
    if (moment === 'pre-tool-use') await this.#begin({ id, name, agentId }, exchange.gone);
    else this.tools.ended(id);
    answerJson(response, {});
  }

  async #begin(tool: AskedTool, gone: AbortSignal): Promise<void> {
    this.tools.asked();
    await this.hold.enter({ kind: 'tool', id: tool.id }, gone);
    this.tools.begin(tool);
  }
}
