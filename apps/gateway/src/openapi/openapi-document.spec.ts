import { API } from '../app.module';
import { endpointsOf } from '../http/serve';
import { openApiDocument } from './openapi-document';

const endpoints = endpointsOf(API);
const document = openApiDocument(endpoints, '0.1.0');
const text = JSON.stringify(document);

describe('the API document', () => {
  it('has every endpoint once', () => {
    const operations = Object.values(document.paths).flatMap((methods) => Object.keys(methods));

    expect(endpoints.length).toBeGreaterThan(20);
    expect(operations).toHaveLength(endpoints.length);
  });

  it('names every operation for generated clients', () => {
    const ids = [...text.matchAll(/"operationId":"([^"]+)"/g)].map(([, id]) => id);

    expect(new Set(ids).size).toBe(endpoints.length);
    expect(ids).toContain('getExecutionsByExecutionIdState');
  });

  it('refers only to what it has', () => {
    const wanted = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);

    expect(wanted.length).toBeGreaterThan(20);
    expect(Object.keys(document.components.schemas)).toEqual(expect.arrayContaining(wanted));
  });

  it('names every parameter of a path', () => {
    for (const { path, params } of endpoints) {
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect([path, Object.keys(params?.shape ?? {})]).toEqual([path, inPath]);
    }
  });

  it('says which isolation is experimental', () => {
    expect(text).toMatch(/`docker`: [^"]*\(experimental\)/);
  });

  it('says what may be left out', () => {
    const create = document.components.schemas['CreateWorkflowRequest'];

    expect(create).toMatchObject({ required: ['name'], additionalProperties: false });
    expect(document.paths['/api/executions/{execution_id}/pause']?.['post']?.requestBody).toMatchObject({
      required: false,
    });
  });

  describe('has examples', () => {
    const operationOf = ({ method, path }: (typeof endpoints)[number]) =>
      document.paths[`/api${path}`]?.[method.toLowerCase()];

    it('of every request and every answer', () => {
      const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
      const bodies = operations.flatMap(({ requestBody, responses }) =>
        [...Object.values(responses), ...(requestBody ? [requestBody] : [])].flatMap(({ content = {} }) =>
          Object.values(content),
        ),
      );
      expect(bodies.length).toBeGreaterThan(endpoints.length);
      expect(bodies.filter(({ example }) => example === undefined)).toEqual([]);
    });

    it.each(endpoints.map((endpoint) => [`${endpoint.method} ${endpoint.path}`, endpoint] as const))(
      '%s: that its schemas accept',
      (_, endpoint) => {
        const operation = operationOf(endpoint);
        const { body, reply, status = 200 } = endpoint;
        const request = operation?.requestBody?.content['application/json']?.example;
        if (body) expect(body.safeParse(request).error?.issues).toBeUndefined();
        if (reply === 'event-stream') return;
        const answer = operation?.responses[String(status)]?.content?.['application/json']?.example;
        // Parsing would remove a field that the schema lacks.
        expect(reply.parse(answer)).toEqual(answer);
      },
    );
  });
});
