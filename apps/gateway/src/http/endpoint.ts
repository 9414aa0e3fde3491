import type { Access } from '@syntropic/access';
import type { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Readable } from 'node:stream';
import type { z } from 'zod';
import type { Principal } from '../access/principal';
import type { RequestOrigin } from './request-origin';
import type { LogPosition } from '@syntropic/projections';

type Fields = z.ZodObject;

/** The declaration of an endpoint: requests are checked against its schemas, and the API document shows them. */
export type Endpoint = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api`, with parameters as OpenAPI writes them: `/workflows/{workflow_id}`. */
  path: string;
  /** The least role of callers; `public` needs no key. */
  access: Access;
  summary: string;
  params?: Fields;
  query?: Fields;
  /** A JSON body. An `optional()` one may be left out. */
  body?: z.ZodType;
  /** The body is a YAML document; the handler gets its text. */
  yaml?: true;
  /** The body is a form with a file in this field; the handler gets the stream of the request. */
  file?: string;
  /**
   * The sender signs the bytes of its JSON body, and the handler verifies them: it gets the bytes. Requests come from
   * anywhere, also under names that are not ours, because the signature shows who sent them.
   */
  signed?: Fields;
  /** The schema of a JSON answer; streams have none. */
  reply: z.ZodType | 'event-stream';
  status?: 200 | 201;
  /** Further status codes, with their description in the API document. */
  also?: Readonly<Record<string, string>>;
}>;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Optional<E extends Endpoint, Part extends keyof Endpoint> = Part extends keyof E ? E[Part] : undefined;

/** A request that has been checked against its endpoint. */
export type ApiRequest<E extends Endpoint = Endpoint> = Readonly<{
  params: Parsed<Optional<E, 'params'>>;
  query: Parsed<Optional<E, 'query'>>;
  body: Optional<E, 'signed'> extends Fields
    ? Buffer
    : Optional<E, 'yaml'> extends true
      ? string
      : Optional<E, 'file'> extends string
        ? Readable
        : Parsed<Optional<E, 'body'>>;
  /** The caller of a guarded route. */
  caller: () => Principal;
  /** The origin of commands that follow from it. */
  origin: RequestOrigin;
  /** The answer must include the log up to this position. */
  minPosition: LogPosition | undefined;
  headers: FastifyRequest['headers'];
  reply: FastifyReply;
}>;

/** JSON that is sent as it is. */
export type JsonBytes = Buffer & Readonly<{ isJson?: true }>;

export type ReplyOf<E extends Endpoint> = E['reply'] extends z.ZodType
  ? z.input<E['reply']> | StreamableFile | JsonBytes
  : undefined;

/** Keeps the types of the schemas: handlers are checked against them. */
export const endpoint = <const E extends Endpoint>(declaration: E): E => declaration;
