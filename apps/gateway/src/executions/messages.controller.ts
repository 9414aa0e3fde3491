import { Controller } from '@nestjs/common';
import { messageProjection } from '@syntropic/orchestration/read-model';
import { ReadModels } from '@syntropic/projections';
import type { ApiRequest } from '../http/endpoint';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { EXECUTION } from './execution-lookup';
import { listMessages } from './executions.endpoints';
import { messageView } from './message-view';

@Controller(API_PREFIXES)
export class MessagesController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
  ) {}

  @Serve(listMessages)
  async list(request: ApiRequest<typeof listMessages>) {
    const { query, minPosition } = request;
    const { execution_id } = await this.lookup.find(EXECUTION, request.params.execution_id, request);
    const { page, page_size } = query;
    const { place, tellNext } = pageIn(listMessages, request);
    const { rows, total, next } = await this.reads.page(messageProjection, {
      where: { execution_id },
      orderBy: [['requested_at', 'desc']],
      ...place,
      minPosition,
    });
    tellNext(next);
    return { messages: rows.map(messageView), total, page, page_size };
  }
}
