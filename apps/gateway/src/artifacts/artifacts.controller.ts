import { Controller, StreamableFile } from '@nestjs/common';
import { MediaType } from '@syntropic/artifacts/contracts';
import { artifactProjection, type ArtifactRow, type ListedArtifact } from '@syntropic/artifacts/read-model';
import { ReadModels } from '@syntropic/projections';
import { byteRangeOf, type ByteRange } from '../http/byte-range';
import type { ApiRequest } from '../http/endpoint';
import { tellTotal } from '../http/list-headers';
import { pageIn } from '../http/list-pages';
import { API_PREFIXES, Serve } from '../http/serve';
import { Problem } from '../problems/problem';
import { cutMark } from '../reads/cut-mark';
import { isFrontPage } from '../reads/front-page';
import { RowLookup } from '../reads/row-lookup';
import { ArtifactBytes } from './artifact-bytes';
import { ARTIFACT } from './artifact-lookup';
import { ArtifactListQuery, type ArtifactDetail } from './artifacts.dto';
import { listArtifacts, readArtifact, readArtifactContent } from './artifacts.endpoints';
import { attachmentOf } from './file-names';

const [NOT_YET, PARTIAL, NOT_MODIFIED] = [202, 206, 304];
const RETRY_AFTER_SECONDS = 2;

type ContentRequest = ApiRequest<typeof readArtifactContent>;

@Controller(API_PREFIXES)
export class ArtifactsController {
  constructor(
    private readonly reads: ReadModels,
    private readonly lookup: RowLookup,
    private readonly bytes: ArtifactBytes,
  ) {}

  @Serve(listArtifacts)
  async list(request: ApiRequest<typeof listArtifacts>) {
    const { query, minPosition } = request;
    const { limit: _, offset: __, cursor: ___, ...where } = query;
    const { place, tellNext } = pageIn(listArtifacts, request);
    const { rows, total, next } = await this.reads.page(artifactProjection, {
      where,
      orderBy: [['created_at', 'desc']],
      ...place,
      isFront: isFrontPage(ArtifactListQuery, query),
      minPosition,
    });
    tellTotal(request, total);
    tellNext(next);
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
      created_by: row.created_by,
      metadata: { ...row.metadata },
    };
  }

  @Serve(readArtifactContent)
  async content(request: ContentRequest) {
    const row = await this.lookup.find(ARTIFACT, request.params.artifact_id, request);
    void request.reply.header('vary', 'accept');
    return wantsJson(request.headers.accept) ? this.#asJson(request, row) : this.#asBytes(request, row);
  }

  async #asJson({ reply }: Pick<ContentRequest, 'reply'>, row: ArtifactRow) {
    const content = await this.bytes.text(row);
    if (content === undefined) notYet(reply);
    const { artifact_id, content_type, size_bytes } = row;
    return { artifact_id, content: content ?? null, content_type, size_bytes };
  }

  /** The bytes of a URI never change, so their hash is the entity tag. */
  async #asBytes({ headers, reply }: Pick<ContentRequest, 'headers' | 'reply'>, row: ArtifactRow) {
    const tag = `"${row.sha256}"`;
    if (isAmong(tag, headers['if-none-match'])) {
      void reply.header('etag', tag).status(NOT_MODIFIED);
      return new StreamableFile(Buffer.alloc(0));
    }
    const range = rangeOf(headers, row);
    if (range === 'not satisfiable') {
      void reply.header('content-range', `bytes */${row.size_bytes}`);
      throw new Problem('artifact.range_not_satisfiable', `the file has ${row.size_bytes} bytes`);
    }
    const { from, until } = range === 'whole' ? { from: 0, until: row.size_bytes } : range;
    const stream = await this.bytes.stream(row, range === 'whole' ? {} : range);
    if (!stream) {
      notYet(reply);
      return this.#asJson({ reply }, row);
    }
    // Agents write these bytes: a browser must not run them as a page of this origin.
    void reply.header('content-security-policy', 'sandbox').header('x-content-type-options', 'nosniff');
    void reply.header('etag', tag).header('accept-ranges', 'bytes');
    if (range !== 'whole') {
      void reply.status(PARTIAL).header('content-range', `bytes ${from}-${until - 1}/${row.size_bytes}`);
    }
    return new StreamableFile(stream, {
      type: MediaType.safeParse(row.content_type).data ?? 'application/octet-stream',
      length: until - from,
      disposition: attachmentOf(row.path),
    });
  }
}

function notYet(reply: ContentRequest['reply']): void {
  void reply.status(NOT_YET).header('retry-after', RETRY_AFTER_SECONDS);
}

/** A range of a file that is no longer the one in `If-Range` is the whole file. */
function rangeOf(headers: ContentRequest['headers'], row: ArtifactRow): ByteRange | 'whole' | 'not satisfiable' {
  const condition = headers['if-range'];
  const isSame = condition === undefined || condition === `"${row.sha256}"`;
  return byteRangeOf(isSame ? headers.range : undefined, row.size_bytes);
}

const isAmong = (tag: string, tags = ''): boolean =>
  tags
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''))
    .some((one) => one === tag || one === '*');

const wantsJson = (accept = '*/*'): boolean => accept.includes('application/json') || accept.includes('*/*');

const summary = (row: ListedArtifact | ArtifactRow) => ({
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
