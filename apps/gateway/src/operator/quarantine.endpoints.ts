import { endpoint } from '../http/endpoint';
import {
  QuarantinedList,
  QuarantinedParams,
  QuarantinedQuery,
  QuarantineList,
  ReplayAnswer,
  ReplayRequest,
} from './quarantine.dto';

export const listQuarantine = endpoint({
  method: 'GET',
  path: '/operator/quarantine',
  access: 'admin',
  summary: 'Why telemetry was set apart, and how much of it',
  reply: QuarantineList,
});

export const listQuarantined = endpoint({
  method: 'GET',
  path: '/operator/quarantine/events',
  access: 'admin',
  summary: 'Events of telemetry that were set apart, newest first',
  query: QuarantinedQuery,
  reply: QuarantinedList,
});

export const replayQuarantined = endpoint({
  method: 'POST',
  path: '/operator/quarantine/{quarantined_id}/replay',
  access: 'operator',
  summary: 'Has an event that was set apart tried again: what can be stored leaves the quarantine',
  params: QuarantinedParams,
  reply: ReplayAnswer,
});

export const replayQuarantine = endpoint({
  method: 'POST',
  path: '/operator/quarantine/replay',
  access: 'operator',
  summary:
    'Has the next events that were set apart for a reason tried again, five hundred at most, and tells how many are left',
  body: ReplayRequest,
  reply: ReplayAnswer,
});
