import { endpoint } from '../http/endpoint';
import { AuditPage, AuditQuery } from './audit.dto';

export const readAudit = endpoint({
  method: 'GET',
  path: '/audit',
  access: 'admin',
  summary: 'What callers have done or were refused, newest first: by whom, when, and about what',
  query: AuditQuery,
  reply: AuditPage,
});
