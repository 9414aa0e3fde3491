import { Controller, StreamableFile } from '@nestjs/common';
import { artifactProjection, type ArtifactRow } from '@syntropic/artifacts/read-model';
import { ReadModels } from '@syntropic/projections';
import type { ApiRequest } from '../http/endpoint';
import { API_PREFIXES, Serve } from '../http/serve';
import { cutMark } from '../reads/cut-mark';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { ArtifactBytes } from './artifact-bytes';
import { ArtifactListQuery, type ArtifactDetail } from './artifacts.dto';
import { listArtifacts, readArtifact, readArtifactContent } from './artifacts.endpoints';

const ARTIFACT = { projection: artifactProjection, noun: 'Artifact', missing: 'artifact.not_found' } as const;

const NOT_YET = 202;
const RETRY_AFTER_SECONDS = 2;

@Controller(API_PREFIXES)
export class ArtifactsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly bytes: ArtifactBytes,
  ) {}

  @Serve(listArtifacts)
  async list({ query, minPosition }: ApiRequest<typeof listArtifacts>) {
    const { limit, offset, ...where } = query;
    const { rows } = await this.reads.page(artifactProjection, {
      where,
      orderBy: [['created_at', 'desc']],
      limit,
      offset,
      isFront: isFrontPage(ArtifactListQuery, query),
      minPosition,
    });
    return rows.map((row) => ({ ...summary(row), ...cutMark(row) }));
  }

  @Serve(readArtifact)
  async read(request: ApiRequest<typeof readArtifact>): Promise<ArtifactDetail> {
    const row = await this.lookup.find(ARTIFACT, request.params.artifact_id, request);
    const content = request.query.include_content ? await this.bytes.text(row) : null;
    return {
      ...summary(row),
      session_id: row.session_id,
      is_primary_deliverable: row.is_primary_deliverable,
      content: content ?? null,
      content_type: row.content_type,
      content_hash: row.sha256,
      derived_from: [],
      created_by: row.session_id,
      metadata: {},
    };
  }

  @Serve(readArtifactContent)
  async content(request: ApiRequest<typeof readArtifactContent>) {
    const row = await this.lookup.find(ARTIFACT, request.params.artifact_id, request);
    return wantsJson(request.headers.accept) ? this.#asJson(request, row) : this.#asBytes(request, row);
  }

  async #asJson({ reply }: Pick<ApiRequest<typeof readArtifactContent>, 'reply'>, row: ArtifactRow) {
    const content = await this.bytes.text(row);
    if (content === undefined) notYet(reply);
    const { artifact_id, content_type, size_bytes } = row;
    return { artifact_id, content: content ?? null, content_type, size_bytes };
  }

  async #asBytes({ reply }: Pick<ApiRequest<typeof readArtifactContent>, 'reply'>, row: ArtifactRow) {
    const stream = await this.bytes.stream(row);
    if (!stream) {
      notYet(reply);
      return this.#asJson({ reply }, row);
    }
    // Agents write these bytes: a browser must not run them as a page of this origin.
    void reply.header('content-security-policy', 'sandbox').header('x-content-type-options', 'nosniff');
    void reply.header('etag', `"${row.sha256}"`);
    return new StreamableFile(stream, { type: row.content_type, length: row.size_bytes, disposition: 'attachment' });
  }
}

function notYet(reply: ApiRequest<typeof readArtifactContent>['reply']): void {
  void reply.status(NOT_YET).header('retry-after', RETRY_AFTER_SECONDS);
}

const wantsJson = (accept = '*/*'): boolean => accept.includes('application/json') || accept.includes('*/*');

const summary = (row: Omit<ArtifactRow, 'uri'>) => ({
  id: row.artifact_id,
  workflow_id: row.workflow_id,
  phase_id: row.phase_id,
  execution_id: row.execution_id,
  artifact_type: row.artifact_type,
  title: row.title,
  path: row.path,
  size_bytes: row.size_bytes,
  created_at: row.created_at,
});
