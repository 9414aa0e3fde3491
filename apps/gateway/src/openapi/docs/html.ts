/** A piece of HTML; other values are escaped when they enter a template. */
class Html {
  constructor(readonly text: string) {}
}

/** A template whose values are escaped, unless they are `Html`. */
export const html = (parts: TemplateStringsArray, ...values: readonly unknown[]): Html =>
  new Html(parts.map((part, index) => part + (index < values.length ? rendered(values[index]) : '')).join(''));

type Page = Readonly<{
  title: string;
  icon: string;
  stylesheets: readonly string[];
  scripts?: readonly string[];
  body: Html;
}>;

/** A page without inline styles and scripts, as the content security policy demands. */
export const page = ({ title, icon, stylesheets, scripts = [], body }: Page): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <link rel="icon" href="${icon}" />
        ${stylesheets.map((address) => html`<link rel="stylesheet" href="${address}" />`)}
        ${scripts.map((address) => html`<script src="${address}" defer></script>`)}
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;

/** The header of such pages: nothing from other hosts, nothing inline, no frames. */
export const PAGE_POLICY = [
  `default-src 'none'`,
  `base-uri 'none'`,
  `connect-src 'self'`,
  `form-action 'none'`,
  `frame-ancestors 'none'`,
  // Swagger UI has icons in its stylesheet, and shows images that an operation answers.
  `img-src 'self' data: blob:`,
  `script-src 'self'`,
  `style-src 'self'`,
].join('; ');

function rendered(value: unknown): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(rendered).join('');
  return String(value).replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
