import type { StreamableFile } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { RequestOrigin } from './request-origin';
import type { LogPosition } from '@syntropic/projections';

type Fields = z.ZodObject;

/** One endpoint, said once: what its schemas allow is what is taken, and what the API document shows. */
export type Endpoint = Readonly<{
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below `/api`, with parameters as OpenAPI writes them: `/workflows/{workflow_id}`. */
  path: string;
  summary: string;
  params?: Fields;
  query?: Fields;
  /** A JSON body; one that may be left out is `optional()`. */
  body?: z.ZodType;
  /** The body is a YAML document, handed over as text. */
  yaml?: true;
  /** What a JSON answer looks like; a stream has none. */
  reply: z.ZodType | 'event-stream';
  status?: 200 | 201;
  /** Answers that the schema of the reply does not say, for the document. */
  also?: Readonly<Record<string, string>>;
}>;

type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : undefined;
type Optional<E extends Endpoint, Part extends keyof Endpoint> = Part extends keyof E ? E[Part] : undefined;

/** A request that has been checked against its endpoint. */
export type Ask<E extends Endpoint = Endpoint> = Readonly<{
  params: Parsed<Optional<E, 'params'>>;
  query: Parsed<Optional<E, 'query'>>;
  body: Optional<E, 'yaml'> extends true ? string : Parsed<Optional<E, 'body'>>;
  /** What commands that follow from it say about where they come from. */
  origin: RequestOrigin;
  /** The answer must have everything up to here. */
  minPosition: LogPosition | undefined;
  request: FastifyRequest;
  reply: FastifyReply;
}>;

export type ReplyOf<E extends Endpoint> = E['reply'] extends z.ZodType
  ? z.input<E['reply']> | StreamableFile
  : undefined;

/** Keeps the schemas' types, so that handlers are checked against them. */
export const endpoint = <const E extends Endpoint>(declaration: E): E => declaration;
