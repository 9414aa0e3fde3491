import { Controller, Get, Header, Inject } from '@nestjs/common';
import { API_PREFIXES } from '../http/serve';
import { docsPage } from './docs-page';
import { html, page } from './html';
import type { OpenApiDocument } from './openapi-document';

export const OPENAPI = Symbol('the OpenAPI document');

const WELCOME = page(
  'Syntropic',
  html`<h1>Syntropic</h1>
    <p>
      This runs AI agents as workflows: everything they do is recorded, can be watched live, paused, resumed and
      cancelled.
    </p>
    <ul>
      <li><a href="/api/docs">API documentation</a></li>
      <li><a href="/api/openapi.json">OpenAPI 3.1 document</a></li>
      <li><a href="/health/ready">Health</a></li>
    </ul>`,
);

/** What people and programs read before they ask for anything. */
@Controller()
export class DocumentsController {
  private readonly docs: string;

  constructor(@Inject(OPENAPI) private readonly document: OpenApiDocument) {
    this.docs = docsPage(document);
  }

  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  welcome(): string {
    return WELCOME;
  }

  @Get(API_PREFIXES.map((prefix) => `${prefix}/docs`))
  @Header('content-type', 'text/html; charset=utf-8')
  read(): string {
    return this.docs;
  }

  @Get(API_PREFIXES.map((prefix) => `${prefix}/openapi.json`))
  openApi(): OpenApiDocument {
    return this.document;
  }
}
