import {
  applyDecorators,
  createParamDecorator,
  HttpCode,
  RequestMapping,
  RequestMethod,
  Res,
  type ExecutionContext,
  type Type,
} from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { parseRequest } from './parse-request';
import type { ApiRequest, Endpoint, ReplyOf } from './endpoint';

/** Every endpoint is served under both prefixes. */
export const API_PREFIXES = ['api', 'api/v1'];

const ENDPOINT = Symbol('endpoint');

type Handler<E extends Endpoint> = (request: ApiRequest<E>) => ReplyOf<E> | Promise<ReplyOf<E>>;

/** Makes a method the handler of an endpoint. Its argument is the checked request, its answer has the declared type. */
export const Serve =
  <E extends Endpoint>(declaration: E) =>
  <H extends Handler<E>>(target: object, name: string, method: TypedPropertyDescriptor<H>): void => {
    Reflect.defineMetadata(ENDPOINT, declaration, target, name);
    CheckedRequest(declaration)(target, name, 0);
    // A stream writes its own answer: Nest sends nothing for a handler that takes the response.
    if (declaration.reply === 'event-stream') Res()(target, name, 1);

    applyDecorators(
      RequestMapping({ method: RequestMethod[declaration.method], path: routeOf(declaration.path) }),
      HttpCode(declaration.status ?? 200),
      RouteConfig({ signed: declaration.signed !== undefined }),
    )(target, name, method);
  };

const CheckedRequest = createParamDecorator((declaration: Endpoint, context: ExecutionContext) => {
  const http = context.switchToHttp();
  return parseRequest(declaration, http.getRequest<FastifyRequest>(), http.getResponse<FastifyReply>());
});

/** A path as the router spells it: `/workflows/:workflow_id`. */
export const routeOf = (path: string): string => path.replace(/\{(\w+)\}/g, ':$1');

/** All endpoints of these controllers. */
export const endpointsOf = (controllers: readonly Type[]): readonly Endpoint[] =>
  controllers.flatMap(({ prototype }: { prototype: object }) =>
    Object.getOwnPropertyNames(prototype).flatMap((name) => {
      const declaration = Reflect.getMetadata(ENDPOINT, prototype, name) as Endpoint | undefined;
      return declaration ? [declaration] : [];
    }),
  );
