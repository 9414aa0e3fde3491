import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { tellNext } from '../http/list-headers';
import { API_PREFIXES, Serve } from '../http/serve';
import { readAudit } from './audit.endpoints';
import { AuditLog } from './audit-log';

/** Who has done what, for administrators. */
@Controller(API_PREFIXES)
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Serve(readAudit)
  async read(request: ApiRequest<typeof readAudit>) {
    const page = await this.log.page(request.query, request.minPosition);
    tellNext(request, page.next_cursor);
    return page;
  }
}
