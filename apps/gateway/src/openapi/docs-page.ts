import { PROBLEM_CODES } from '../problems/problem-codes';
import { html, markup, page, type Html } from './html';
import type { JsonSchema } from './json-schemas';
import type { OpenApiDocument, Operation } from './openapi-document';

/** The API document as one page to read, without anything from elsewhere. */
export function docsPage({ info, paths, components }: OpenApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })),
  );
  const tags = [...new Set(operations.flatMap(({ operation }) => operation.tags))];

  return page(
    `${info.title} API`,
    html`<h1>${info.title} API</h1>
      <p>${prose(info.description)}</p>
      <p>As a document for programs: <a href="/api/openapi.json">OpenAPI 3.1</a></p>
      ${tags.map(
        (tag) =>
          html`<h2>${tag}</h2>
            ${operations.filter(({ operation }) => operation.tags.includes(tag)).map(operationSection)}`,
      )}
      <h2>Schemas</h2>
      ${Object.entries(components.schemas).map(([name, schema]) => schemaSection(name, schema))}
      <h2>Problem codes</h2>
      <table>
        ${Object.entries(PROBLEM_CODES).map(
          ([code, { status, title }]) =>
            html`<tr id="${code}">
              <td><code>${code}</code></td>
              <td>${status}</td>
              <td>${title}</td>
            </tr>`,
        )}
      </table>`,
  );
}

const operationSection = ({ method, path, operation }: { method: string; path: string; operation: Operation }): Html =>
  html`<details>
    <summary><b>${method.toUpperCase()}</b> <code>${path}</code> ${operation.summary}</summary>
    ${operation.parameters.map(
      ({ name, in: place, schema }) => html`<p><code>${name}</code> in ${place}: ${schemaText(schema)}</p>`,
    )}
    ${
      operation.requestBody
        ? html`<h4>Takes</h4>
            ${contentText(operation.requestBody)}`
        : markup('')
    }
    <h4>Answers</h4>
    ${Object.entries(operation.responses).map(
      ([status, response]) =>
        html`<p>${status} ${response['description']}</p>
          ${contentText(response)}`,
    )}
  </details>`;

/** What stands between backticks is code. */
const prose = (text: string): readonly Html[] =>
  text.split('`').map((part, index) => (index % 2 === 0 ? html`${part}` : html`<code>${part}</code>`));

const contentText = ({ content }: JsonSchema): readonly Html[] =>
  Object.entries((content ?? {}) as Record<string, { schema?: JsonSchema }>).map(
    ([type, { schema }]) => html`<p>${type}: ${schemaText(schema ?? {})}</p>`,
  );

const schemaSection = (name: string, schema: JsonSchema): Html =>
  html`<details id="schema-${name}">
    <summary><code>${name}</code></summary>
    <pre>${JSON.stringify(schema, null, 2)}</pre>
  </details>`;

function schemaText(schema: unknown): Html {
  const reference = (schema as JsonSchema)['$ref'];
  if (typeof reference !== 'string') return html`<code>${JSON.stringify(schema)}</code>`;
  const name = reference.split('/').at(-1) ?? '';
  return html`<a href="#schema-${name}">${name}</a>`;
}
