import { endpoint } from '../http/endpoint';
import { ApiKey, CreateKeyRequest, IssuedKey, KeyList, KeyListQuery, KeyParams, RotateKeyRequest } from './keys.dto';

export const createKey = endpoint({
  method: 'POST',
  path: '/keys',
  access: 'admin',
  summary: 'A new API key, which only this answer shows',
  body: CreateKeyRequest,
  reply: IssuedKey,
  status: 201,
});

export const listKeys = endpoint({
  method: 'GET',
  path: '/keys',
  access: 'admin',
  summary: 'The API keys, newest first; with `include_inactive` also those that were revoked or have expired',
  query: KeyListQuery,
  reply: KeyList,
});

export const readKey = endpoint({
  method: 'GET',
  path: '/keys/{key_id}',
  access: 'admin',
  summary: 'One API key, without its secret',
  params: KeyParams,
  reply: ApiKey,
});

export const rotateKey = endpoint({
  method: 'POST',
  path: '/keys/{key_id}/rotate',
  access: 'admin',
  summary: 'Gives an API key another secret, which only this answer shows, and another lifetime',
  params: KeyParams,
  body: RotateKeyRequest.prefault({}),
  reply: IssuedKey,
});

export const revokeKey = endpoint({
  method: 'DELETE',
  path: '/keys/{key_id}',
  access: 'admin',
  summary: 'Revokes an API key for ever: within seconds no replica accepts it, and its streams end',
  params: KeyParams,
  reply: ApiKey,
});
