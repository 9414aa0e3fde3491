import { Controller, Get, Inject } from '@nestjs/common';
import type { AsyncApiDocument } from '../asyncapi/asyncapi-document';
import { API_PREFIXES } from '../http/serve';
import type { OpenApiDocument } from './openapi-document';

export const API_DOCUMENTS = Symbol('API documents');

/** The documents of what is asked (OpenAPI) and of what is listened to (AsyncAPI). */
export type ApiDocuments = Readonly<{ openapi: OpenApiDocument; asyncapi: AsyncApiDocument }>;

const named = (file: string) => API_PREFIXES.map((prefix) => `${prefix}/${file}`);

@Controller()
export class ApiDocumentsController {
  constructor(@Inject(API_DOCUMENTS) private readonly documents: ApiDocuments) {}

  @Get(named('openapi.json'))
  openapi(): OpenApiDocument {
    return this.documents.openapi;
  }

  @Get(named('asyncapi.json'))
  asyncapi(): AsyncApiDocument {
    return this.documents.asyncapi;
  }
}
