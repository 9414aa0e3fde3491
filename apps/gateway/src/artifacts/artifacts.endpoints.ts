import { endpoint } from '../http/endpoint';
import {
  ArtifactAction,
  ArtifactContent,
  ArtifactDetail,
  ArtifactList,
  ArtifactListQuery,
  ArtifactParams,
  ArtifactQuery,
  CreateArtifactRequest,
  CreatedArtifact,
  UpdateArtifactRequest,
  UploadedArtifact,
} from './artifacts.dto';

export const listArtifacts = endpoint({
  method: 'GET',
  path: '/artifacts',
  access: 'viewer',
  summary: 'The artifacts, newest first',
  query: ArtifactListQuery,
  reply: ArtifactList,
});

export const createArtifact = endpoint({
  method: 'POST',
  path: '/artifacts',
  access: 'operator',
  summary: 'Adds a text as an artifact; `upload` replaces it by a file',
  body: CreateArtifactRequest,
  reply: CreatedArtifact,
  status: 201,
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

export const updateArtifact = endpoint({
  method: 'PUT',
  path: '/artifacts/{artifact_id}',
  access: 'operator',
  summary: 'Changes the notes about an artifact; metadata is replaced as a whole',
  params: ArtifactParams,
  body: UpdateArtifactRequest,
  reply: ArtifactAction,
});

export const deleteArtifact = endpoint({
  method: 'DELETE',
  path: '/artifacts/{artifact_id}',
  access: 'operator',
  summary: 'Deletes an artifact; its content is removed when no other artifact has the same',
  params: ArtifactParams,
  reply: ArtifactAction,
});

export const readArtifactContent = endpoint({
  method: 'GET',
  path: '/artifacts/{artifact_id}/content',
  access: 'viewer',
  summary: 'The content of an artifact: text as JSON, or the bytes for an `Accept` other than JSON',
  params: ArtifactParams,
  reply: ArtifactContent,
  also: {
    202: 'The bytes are not stored yet: come back after `Retry-After`',
    206: 'The bytes of the `Range`',
    304: 'The bytes are those of `If-None-Match`',
    416: 'The file ends before the `Range`',
  },
});

export const uploadArtifact = endpoint({
  method: 'POST',
  path: '/artifacts/{artifact_id}/upload',
  access: 'operator',
  summary: 'Replaces the content of an artifact by a file of at most 50 MiB',
  params: ArtifactParams,
  file: 'file',
  reply: UploadedArtifact,
});
