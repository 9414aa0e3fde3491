import { Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { credentialIn } from '@syntropic/access';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../problems/problem';
import { RefusedRequestLog } from './refused-request-log';
import { RequestGate } from './request-gate';

const REALM = 'Bearer realm="syntropic"';

/** Sends every request to a route through the gate, before its body is read. The audit gets what it refuses. */
@Injectable()
export class GateHook implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly gate: RequestGate,
    private readonly refused: RefusedRequestLog,
  ) {}

  onModuleInit(): void {
    const fastify = this.host.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRequest', (request, reply, done) => {
      const refuse = (error: Error) => {
        addChallenge(request, reply, error);
        if (error instanceof Problem) this.refused.add(request, error);
        done(error);
      };
      try {
        const passed = request.is404 ? undefined : this.gate.pass(request, reply);
        if (!passed) {
          done();
          return;
        }
        passed.then(() => {
          done();
        }, refuse);
      } catch (error) {
        refuse(error as Error);
      }
    });
  }
}

/** Tells how to authenticate, or why the credential is not enough (RFC 6750). */
function addChallenge(request: FastifyRequest, reply: FastifyReply, error: Error): void {
  if (!(error instanceof Problem)) return;
  const { status } = error.kind;
  if (status === 401) {
    const isWrong = credentialIn(request) !== undefined;
    void reply.header('www-authenticate', isWrong ? `${REALM}, error="invalid_token"` : REALM);
  }
  if (error.code === 'access.role_missing') {
    void reply.header('www-authenticate', `${REALM}, error="insufficient_scope"`);
  }
}
