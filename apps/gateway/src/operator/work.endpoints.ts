import { endpoint } from '../http/endpoint';
import { WorkState } from './work.dto';

export const readWork = endpoint({
  method: 'GET',
  path: '/operator/work',
  access: 'operator',
  summary: 'The runners with their slots and sessions, and what waits to be run',
  reply: WorkState,
});
