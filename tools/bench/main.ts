import { appendSuite } from './append/append.suite';
import type { Figures } from './figure';

const SUITES: Readonly<Record<string, () => Promise<Figures>>> = { append: appendSuite };

async function main([name = '', ...options]: readonly string[]): Promise<void> {
  const suite = SUITES[name];
  if (!suite) throw new Error(`which suite? ${Object.keys(SUITES).join(', ')}`);

  const figures = await suite();
  if (options.includes('--json')) console.log(JSON.stringify({ suite: name, figures }));
  else console.table(figures);
}

void main(process.argv.slice(2));
