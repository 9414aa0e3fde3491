import { Controller } from '@nestjs/common';
import { ArtifactId } from '@syntropic/kernel';
import type { ApiRequest, ReplyOf } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { RowLookup } from '../reads/row-lookup';
import { ArtifactChanges } from './artifact-changes';
import { ARTIFACT } from './artifact-lookup';
import { createArtifact, deleteArtifact, updateArtifact, uploadArtifact } from './artifacts.endpoints';
import { Uploads } from './uploads';

@Controller(API_PREFIXES)
export class ArtifactChangesController {
  constructor(
    private readonly lookup: RowLookup,
    private readonly changes: ArtifactChanges,
    private readonly uploads: Uploads,
  ) {}

  @Serve(createArtifact)
  async create(request: ApiRequest<typeof createArtifact>): Promise<ReplyOf<typeof createArtifact>> {
    const { content, workflow_id, artifact_type, title, phase_id, session_id, content_type } = request.body;
    const id = await this.changes.add(request, content, {
      workflowId: workflow_id,
      phaseId: phase_id,
      sessionId: session_id,
      artifactType: artifact_type,
      contentType: content_type,
      title,
    });
    return { id, title, artifact_type, status: 'created' };
  }

  @Serve(updateArtifact)
  async update(request: ApiRequest<typeof updateArtifact>): Promise<ReplyOf<typeof updateArtifact>> {
    const artifactId = await this.#idOf(request);
    const { title, metadata, is_primary_deliverable: isPrimaryDeliverable } = request.body;
    await this.changes.update(request, { artifactId, title, metadata, isPrimaryDeliverable });
    return { artifact_id: artifactId, status: 'updated' };
  }

  @Serve(deleteArtifact)
  async delete(request: ApiRequest<typeof deleteArtifact>): Promise<ReplyOf<typeof deleteArtifact>> {
    const artifactId = await this.#idOf(request);
    await this.changes.delete(request, artifactId);
    return { artifact_id: artifactId, status: 'deleted' };
  }

  @Serve(uploadArtifact)
  async upload(request: ApiRequest<typeof uploadArtifact>): Promise<ReplyOf<typeof uploadArtifact>> {
    const artifactId = await this.#idOf(request);
    const { body, headers } = request;
    const uri = await this.uploads.receive({ body, headers, field: uploadArtifact.file }, (file) =>
      this.changes.upload(request, artifactId, file),
    );
    return { artifact_id: artifactId, storage_url: uri, status: 'uploaded' };
  }

  #idOf({ params, minPosition }: Pick<ApiRequest<typeof deleteArtifact>, 'params' | 'minPosition'>) {
    return this.lookup.idOf(ArtifactId, ARTIFACT, { idOrPrefix: params.artifact_id, minPosition });
  }
}
