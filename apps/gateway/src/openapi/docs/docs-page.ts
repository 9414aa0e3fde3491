import { PROBLEM_CODES } from '../../problems/problem-codes';
import { html, page } from './html';

/** The address of a file of the documentation. */
type AssetAt = (name: string) => string;

/** The API documentation: the problem codes, to which problem documents link, and Swagger UI. */
export const docsPage = (assetAt: AssetAt): string =>
  page({
    title: 'Syntropic API',
    icon: assetAt('favicon-32x32.png'),
    stylesheets: [assetAt('swagger-ui.css'), assetAt('pages.css')],
    scripts: [assetAt('swagger-ui-bundle.js'), assetAt('docs.js')],
    body: html`<main>
        <details>
          <summary>Problem codes: values of the field <code>code</code> of a problem document</summary>
          <table>
            ${Object.entries(PROBLEM_CODES).map(
              ([code, { status, title }]) =>
                html`<tr id="${code}">
                  <td><code>${code}</code></td>
                  <td>${status}</td>
                  <td>${title}</td>
                </tr>`,
            )}
          </table>
        </details>
      </main>
      <div id="operations"></div>`,
  });

export const welcomePage = (assetAt: AssetAt): string =>
  page({
    title: 'Syntropic',
    icon: assetAt('favicon-32x32.png'),
    stylesheets: [assetAt('pages.css')],
    body: html`<main>
      <h1>Syntropic</h1>
      <p>
        Runs AI agents as workflows. All events are recorded, and can be watched live, paused, resumed and cancelled.
      </p>
      <ul>
        <li><a href="/api/docs">API documentation</a></li>
        <li><a href="/api/openapi.json">OpenAPI 3.1 document</a></li>
        <li><a href="/health/ready">Health</a></li>
      </ul>
    </main>`,
  });
