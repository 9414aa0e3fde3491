import { Controller, Get, Inject } from '@nestjs/common';
import { API_PREFIXES } from '../http/serve';
import type { AsyncApiDocument } from './asyncapi-document';

export const ASYNCAPI = Symbol('AsyncAPI document');

@Controller()
export class AsyncApiController {
  constructor(@Inject(ASYNCAPI) private readonly document: AsyncApiDocument) {}

  @Get(API_PREFIXES.map((prefix) => `${prefix}/asyncapi.json`))
  read(): AsyncApiDocument {
    return this.document;
  }
}
