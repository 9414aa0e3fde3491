import { Injectable } from '@nestjs/common';
import { contentType } from 'mime-types';
import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Readable } from 'node:stream';

export type Asset = Readonly<{ type: string; bytes: Readable }>;

const SWAGGER_UI = new Map(
  [
    require.resolve('swagger-ui-dist/swagger-ui.css'),
    require.resolve('swagger-ui-dist/swagger-ui-bundle.js'),
    require.resolve('swagger-ui-dist/favicon-32x32.png'),
  ].map((file) => [basename(file), file]),
);

/** Shows the problem code that the address names, and searches in paths, tags and summaries. */
const DOCS_SCRIPT = `const code = document.getElementById(location.hash.slice(1));
code?.closest('details')?.setAttribute('open', '');
code?.scrollIntoView();

const textOf = (operation, tag) => [tag, operation.get('path'), operation.getIn(['operation', 'summary'])].join(' ');

const opsFilter = (groups, phrase) =>
  groups
    .map((group, tag) =>
      group.update('operations', (operations) =>
        operations.filter((operation) => textOf(operation, tag).toLowerCase().includes(phrase.toLowerCase())),
      ),
    )
    .filter((group) => group.get('operations').size > 0);

SwaggerUIBundle({
  url: '/api/openapi.json',
  dom_id: '#operations',
  deepLinking: !code,
  filter: true,
  displayRequestDuration: true,
  validatorUrl: null,
  plugins: [() => ({ fn: { opsFilter } })],
});
`;

const PAGES_STYLE = `body { margin: 0; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1460px; margin: 1rem auto; padding: 0 20px; box-sizing: border-box; }
summary { cursor: pointer; }
td { padding: 0.1rem 1rem 0.1rem 0; }
tr:target { outline: 2px solid; }
`;

const OWN = new Map([
  ['docs.js', DOCS_SCRIPT],
  ['pages.css', PAGES_STYLE],
]);

/** Scripts and stylesheets of the documentation. Their addresses name their version, so that browsers may keep them. */
@Injectable()
export class DocsAssets {
  readonly #version = versionOf(readFileSync(require.resolve('swagger-ui-dist/package.json')), ...OWN.values());

  addressOf(name: string): string {
    return `/api/docs/assets/${this.#version}/${name}`;
  }

  /** `undefined` for unknown names and for versions other than the current one. */
  find(version: string, name: string): Asset | undefined {
    if (version !== this.#version) return undefined;
    const type = contentType(name) || 'application/octet-stream';
    const own = OWN.get(name);
    if (own !== undefined) return { type, bytes: Readable.from(Buffer.from(own)) };
    const file = SWAGGER_UI.get(name);
    return file === undefined ? undefined : { type, bytes: createReadStream(file) };
  }
}

function versionOf(...parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, 12);
}
