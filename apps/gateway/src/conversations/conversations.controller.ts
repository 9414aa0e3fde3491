import { Controller } from '@nestjs/common';
import type { SessionRow } from '@syntropic/agent-sessions/read-model';
import { tokensView } from '@syntropic/live';
import { ToolReader } from '@syntropic/telemetry';
import { UsageNow } from '../executions/usage-now';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { SESSION } from '../sessions/session-lookup';
import { noTranscript, notYet } from '../sessions/transcript-absence';
import { Conversations } from './conversations';
import type { ConversationIndex } from './conversation-index';
import { readConversation, readConversationMetadata } from './conversations.endpoints';

const NOTHING = { lines: [], next: null, index: undefined } as const;

/** The lines that agents have printed. */
@Controller(API_PREFIXES)
export class ConversationsController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly conversations: Conversations,
    private readonly usage: UsageNow,
    private readonly tools: ToolReader,
  ) {}

  @Serve(readConversation)
  async read(request: ApiRequest<typeof readConversation>) {
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const uri = row.detail.transcriptUri;
    const found = uri === undefined ? undefined : await this.conversations.page(uri, request.query);
    if (!found && row.status !== 'running') throw noTranscript(uri);
    if (!found) notYet(request);
    const { lines, next, index } = found ?? NOTHING;
    const metadata = await this.#metadata(row, index);
    return { session_id: row.session_id, lines: [...lines], total_lines: index?.lines ?? 0, next, metadata };
  }

  @Serve(readConversationMetadata)
  async metadata(request: ApiRequest<typeof readConversationMetadata>) {
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const uri = row.detail.transcriptUri;
    return this.#metadata(row, uri === undefined ? undefined : await this.conversations.index(uri));
  }

  async #metadata(row: SessionRow, index: ConversationIndex | undefined) {
    const [usage, tools] = await Promise.all([this.usage.ofSession(row), this.tools.figuresOf(row.session_id)]);
    const { input_tokens, output_tokens } = tokensView(usage);
    const { session_id, execution_id, workflow_id, phase_id, started_at, completed_at } = row;
    return {
      ...{ session_id, execution_id, workflow_id, phase_id, started_at, completed_at },
      event_count: index?.lines ?? null,
      total_input_tokens: input_tokens,
      total_output_tokens: output_tokens,
      tool_counts: Object.fromEntries(tools.map(({ tool, calls }) => [tool, calls])),
      model: row.model ?? Object.keys(usage.byModel)[0] ?? null,
      success: row.status === 'running' ? null : row.status === 'completed',
      size_bytes: index?.bytes ?? null,
    };
  }
}
