/** Text that is HTML already; everything else is escaped on its way into a page. */
export class Html {
  constructor(readonly text: string) {}
}

export const markup = (text: string): Html => new Html(text);

/** A template whose values are escaped, unless they are HTML. */
export const html = (parts: TemplateStringsArray, ...values: readonly unknown[]): Html =>
  new Html(parts.map((part, index) => part + (index < values.length ? rendered(values[index]) : '')).join(''));

export const page = (title: string, body: Html): string =>
  html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title}</title>
        <style>
          ${markup(STYLE)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html>`.text;

const STYLE = `
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark; }
  details { margin: 0.3rem 0; } summary { cursor: pointer; } pre { overflow: auto; } td { padding: 0.1rem 1rem 0.1rem 0; }
  tr:target { outline: 2px solid; }`;

function rendered(value: unknown): string {
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(rendered).join('');
  return String(value).replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}
