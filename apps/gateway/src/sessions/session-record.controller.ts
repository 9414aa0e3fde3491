import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { SessionEvents } from './session-events';
import { SESSION } from './session-lookup';
import { operationList } from './session-views';
import { listOperations, readTranscript } from './sessions.endpoints';
import { noTranscript, notYet } from './transcript-absence';
import { Transcripts } from './transcripts';

/** What a session did and printed, in pages. */
@Controller(API_PREFIXES)
export class SessionRecordController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly events: SessionEvents,
    private readonly transcripts: Transcripts,
  ) {}

  @Serve(listOperations)
  async operations(request: ApiRequest<typeof listOperations>) {
    const { session_id: sessionId } = await this.lookup.find(SESSION, request.params.session_id, request);
    const { after, limit } = request.query;
    return operationList(sessionId, await this.events.page(sessionId, after, limit));
  }

  @Serve(readTranscript)
  async transcript(request: ApiRequest<typeof readTranscript>) {
    const row = await this.lookup.find(SESSION, request.params.session_id, request);
    const { transcriptUri } = row.detail;
    const page = transcriptUri === undefined ? undefined : await this.transcripts.page(transcriptUri, request.query);
    if (!page && row.status !== 'running') throw noTranscript(transcriptUri);
    if (!page) notYet(request);
    return { session_id: row.session_id, lines: [...(page?.lines ?? [])], next: page?.next ?? null };
  }
}
