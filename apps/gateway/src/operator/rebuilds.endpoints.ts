import { endpoint } from '../http/endpoint';
import { Done } from './operator.dto';
import { RebuildList, RebuildParams, StartRebuildRequest } from './rebuilds.dto';

export const listRebuilds = endpoint({
  method: 'GET',
  path: '/operator/rebuilds',
  access: 'operator',
  summary: 'How far the rebuilds of read models are, and what the last ones have found',
  reply: RebuildList,
});

export const startRebuild = endpoint({
  method: 'POST',
  path: '/operator/rebuilds',
  access: 'admin',
  summary: 'Folds one or all read models anew beside their tables; they take over by themselves when they are equal',
  body: StartRebuildRequest.optional(),
  reply: Done,
});

export const stopRebuild = endpoint({
  method: 'POST',
  path: '/operator/rebuilds/{projection}/stop',
  access: 'admin',
  summary: 'Ends a rebuild: the table that is read stays',
  params: RebuildParams,
  reply: Done,
});

export const acceptRebuild = endpoint({
  method: 'POST',
  path: '/operator/rebuilds/{projection}/accept',
  access: 'admin',
  summary: 'Lets a rebuild take over although its rows differ from those that are read',
  params: RebuildParams,
  reply: Done,
});
