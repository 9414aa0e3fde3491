import { Controller, Get, Header, Param, Res, StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { API_PREFIXES } from '../../http/serve';
import { Problem } from '../../problems/problem';
import { DocsAssets } from './docs-assets';
import { docsPage, welcomePage } from './docs-page';
import { PAGE_POLICY } from './html';

const HTML = 'text/html; charset=utf-8';
const FOR_A_YEAR = 'public, max-age=31536000, immutable';

/** The pages for people: welcome and API documentation. */
@Controller()
export class DocsController {
  constructor(private readonly assets: DocsAssets) {}

  @Get()
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  welcome(): string {
    return welcomePage((name) => this.assets.addressOf(name));
  }

  @Get(API_PREFIXES.map((prefix) => `${prefix}/docs`))
  @Header('content-type', HTML)
  @Header('content-security-policy', PAGE_POLICY)
  read(): string {
    return docsPage((name) => this.assets.addressOf(name));
  }

  @Get('api/docs/assets/:version/:name')
  asset(
    @Param('version') version: string,
    @Param('name') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): StreamableFile {
    const asset = this.assets.find(version, name);
    if (!asset) throw new Problem('request.not_found', `there is no ${name} of this version`);
    void reply.header('cache-control', FOR_A_YEAR).header('x-content-type-options', 'nosniff');
    return new StreamableFile(asset.bytes, { type: asset.type });
  }
}
