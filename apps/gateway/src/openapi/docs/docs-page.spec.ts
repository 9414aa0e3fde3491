import { docsPage, welcomePage } from './docs-page';
import { html } from './html';

const address = (name: string) => `/assets/${name}`;

describe('a page', () => {
  it.each([
    ['documentation', docsPage(address)],
    ['welcome', welcomePage(address)],
  ])('has nothing inline and nothing from other hosts: %s', (_, page) => {
    expect(page).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(page).not.toMatch(/<style|style="|\son\w+="|<script(?![^>]* src=)/);
    expect(page).toMatch(/href="\/assets\/pages\.css"/);
  });

  it('explains each problem code under its own anchor', () => {
    expect(docsPage(address)).toContain('id="execution.not_running"');
  });

  it('escapes values', () => {
    expect(html`<p title="${'"'}">${'<b>'}</p>`.text).toBe('<p title="&#34;">&#60;b&#62;</p>');
  });
});
