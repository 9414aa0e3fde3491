import { z } from 'zod';
import { API, ROUTES } from '../app.module';
import { httpAdapter } from '../http/http-adapter';
import { endpointsOf } from '../http/serve';
import { RouteAccess } from './route-access';

const UNDECLARED = '/api/secrets';

describe('a route', () => {
  it('that declares no access is not served', () => {
    const fastify = httpAdapter({ ALLOWED_ORIGINS: [], PUBLIC_HOSTS: [] }, ROUTES).getInstance();

    expect(() => fastify.get(UNDECLARED, () => 'secret')).toThrow(`GET ${UNDECLARED} declares no access`);
  });

  it('has the access of its endpoint under both prefixes, and for HEAD that of GET', () => {
    const routes = new RouteAccess([{ method: 'GET', path: '/things/{id}', access: 'admin', reply: z.object({}) }]);

    for (const prefix of ['/api', '/api/v1']) {
      for (const method of ['GET', 'HEAD']) {
        expect(routes.of(method, `${prefix}/things/:id`)).toEqual({ access: 'admin', area: 'things', isStream: false });
      }
    }
  });

  it('that changes something is for operators at least, or checks a signature of its own', () => {
    const changes = endpointsOf(API).filter(({ method, path }) => method !== 'GET' && !path.startsWith('/webhooks/'));
    const open = changes.filter(({ access }) => access === 'viewer' || access === 'public');

    expect(open.map(({ path }) => path)).toEqual(['/executions/{execution_id}/stream-token', '/sse/activity/token']);
  });
});
