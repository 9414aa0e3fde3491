import { Controller, Get, Inject } from '@nestjs/common';
import { API_PREFIXES } from '../http/serve';
import type { OpenApiDocument } from './openapi-document';

export const OPENAPI = Symbol('OpenAPI document');

@Controller()
export class OpenApiController {
  constructor(@Inject(OPENAPI) private readonly document: OpenApiDocument) {}

  @Get(API_PREFIXES.map((prefix) => `${prefix}/openapi.json`))
  read(): OpenApiDocument {
    return this.document;
  }
}
