import { endpoint } from '../http/endpoint';
import {
  ArtifactContent,
  ArtifactDetail,
  ArtifactList,
  ArtifactListQuery,
  ArtifactParams,
  ArtifactQuery,
} from './artifacts.dto';

export const listArtifacts = endpoint({
  method: 'GET',
  path: '/artifacts',
  access: 'viewer',
  summary: 'The artifacts, newest first',
  query: ArtifactListQuery,
  reply: ArtifactList,
});

export const readArtifact = endpoint({
  method: 'GET',
  path: '/artifacts/{artifact_id}',
  access: 'viewer',
  summary: 'One artifact',
  params: ArtifactParams,
  query: ArtifactQuery,
  reply: ArtifactDetail,
});

export const readArtifactContent = endpoint({
  method: 'GET',
  path: '/artifacts/{artifact_id}/content',
  access: 'viewer',
  summary: 'The content of an artifact: text as JSON, or the bytes for an `Accept` other than JSON',
  params: ArtifactParams,
  reply: ArtifactContent,
  also: { 202: 'The bytes are not stored yet: come back after `Retry-After`' },
});
