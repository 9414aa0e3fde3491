import { Controller } from '@nestjs/common';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { readAudit } from './audit.endpoints';
import { AuditLog } from './audit-log';

/** Who has done what, for administrators. */
@Controller(API_PREFIXES)
export class AuditController {
  constructor(private readonly log: AuditLog) {}

  @Serve(readAudit)
  read({ query, minPosition }: ApiRequest<typeof readAudit>) {
    return this.log.page(query, minPosition);
  }
}
