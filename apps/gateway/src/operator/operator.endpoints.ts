import { endpoint } from '../http/endpoint';
import {
  DeadLetterList,
  DeadLetterParams,
  DeadLetterQuery,
  Done,
  ParkRequest,
  ProcessList,
  ProcessParams,
  ProjectionList,
  ProjectionParams,
  RetryProcessRequest,
} from './operator.dto';

export const listProjections = endpoint({
  method: 'GET',
  path: '/operator/projections',
  access: 'operator',
  summary: 'How far each read model is, which have stopped, at which event, and what was parked',
  reply: ProjectionList,
});

export const retryProjection = endpoint({
  method: 'POST',
  path: '/operator/projections/{projection}/retry',
  access: 'operator',
  summary: 'Lets a stopped read model try again; one that goes on anyway is left alone',
  params: ProjectionParams,
  reply: Done,
});

export const parkEvent = endpoint({
  method: 'POST',
  path: '/operator/projections/{projection}/park',
  access: 'operator',
  summary: 'Sets the event at which a read model has stopped aside: it goes on without it',
  params: ProjectionParams,
  body: ParkRequest,
  reply: Done,
});

export const listProcesses = endpoint({
  method: 'GET',
  path: '/operator/processes',
  access: 'operator',
  summary: 'How far each process is, which events it cannot carry out, since when, and what was parked',
  reply: ProcessList,
});

export const retryProcess = endpoint({
  method: 'POST',
  path: '/operator/processes/{process}/retry',
  access: 'operator',
  summary:
    'Tries the failing events of a process at once; a process stopped by a restore goes on behind the named position',
  params: ProcessParams,
  body: RetryProcessRequest.optional(),
  reply: Done,
});

export const parkProcessEvent = endpoint({
  method: 'POST',
  path: '/operator/processes/{process}/park',
  access: 'operator',
  summary: 'Sets a failing event of a process aside: the later events of its execution are carried out without it',
  params: ProcessParams,
  body: ParkRequest,
  reply: Done,
});

export const listDeadLetters = endpoint({
  method: 'GET',
  path: '/operator/dead-letters',
  access: 'operator',
  summary: 'Messages that could not be handled, newest first',
  query: DeadLetterQuery,
  reply: DeadLetterList,
});

export const replayDeadLetter = endpoint({
  method: 'POST',
  path: '/operator/dead-letters/{dead_letter_id}/replay',
  access: 'operator',
  summary: 'Sends a dead letter again to where it went',
  params: DeadLetterParams,
  reply: Done,
});
