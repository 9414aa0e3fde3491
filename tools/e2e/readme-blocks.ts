import { readFileSync } from 'node:fs';

/** A block of code of a document. */
export type Block = Readonly<{
  line: number;
  language: string;
  text: string;
  /** The reason of a marker before it: `<!-- not run: … -->`. */
  notRun: string | undefined;
  /** The name of the file that the text before it says to save it as. */
  savedAs: string | undefined;
}>;

const BLOCK = /(?:<!-- not run: (.+) -->\n+)?^```(\w+)\n([\s\S]*?)^```$/gm;

export function blocksIn(file: string): readonly Block[] {
  const document = readFileSync(file, 'utf8');
  return [...document.matchAll(BLOCK)].map(({ index, 1: notRun, 2: language = '', 3: text = '' }) => {
    const before = document.slice(0, index);
    const paragraph = before.trimEnd().split('\n\n').at(-1) ?? '';
    return {
      line: before.split('\n').length,
      language,
      text,
      notRun,
      savedAs: /^Save as `([\w.]+)`/.exec(paragraph)?.[1],
    };
  });
}
