import { endpoint } from '../http/endpoint';
import {
  DeadLetterList,
  DeadLetterParams,
  DeadLetterQuery,
  Done,
  ParkRequest,
  ProjectionList,
  ProjectionParams,
} from './operator.dto';

export const listProjections = endpoint({
  method: 'GET',
  path: '/operator/projections',
  summary: 'How far each read model is, which have stopped, at which event, and what was parked',
  reply: ProjectionList,
});

export const retryProjection = endpoint({
  method: 'POST',
  path: '/operator/projections/{projection}/retry',
  summary: 'Lets a stopped read model try again; one that goes on anyway is left alone',
  params: ProjectionParams,
  reply: Done,
});

export const parkEvent = endpoint({
  method: 'POST',
  path: '/operator/projections/{projection}/park',
  summary: 'Sets the event at which a read model has stopped aside: it goes on without it',
  params: ProjectionParams,
  body: ParkRequest,
  reply: Done,
});

export const listDeadLetters = endpoint({
  method: 'GET',
  path: '/operator/dead-letters',
  summary: 'Messages that nobody could handle, newest first',
  query: DeadLetterQuery,
  reply: DeadLetterList,
});

export const replayDeadLetter = endpoint({
  method: 'POST',
  path: '/operator/dead-letters/{dead_letter_id}/replay',
  summary: 'Sends a dead letter again to where it went',
  params: DeadLetterParams,
  reply: Done,
});
