import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as estree from 'prettier/plugins/estree';
import * as typescript from 'prettier/plugins/typescript';
import type { Options } from 'prettier';
import { format } from 'prettier/standalone';

/** The files that a generator makes and edits; nothing is written before all of them are known. */
export class Changes {
  readonly #texts = new Map<string, string>();

  constructor(readonly root: string) {}

  has(file: string): boolean {
    return this.#texts.has(file) || existsSync(join(this.root, file));
  }

  read(file: string): string {
    const text = this.#texts.get(file);
    if (text !== undefined) return text;
    if (!this.has(file)) throw new Error(`${file} is missing`);
    return readFileSync(join(this.root, file), 'utf8');
  }

  /** @throws Error for a file that is there */
  create(file: string, text: string): void {
    if (this.has(file)) throw new Error(`${file} exists already`);
    this.#texts.set(file, text);
  }

  edit(file: string, ...edits: readonly ((text: string) => string)[]): void {
    this.#texts.set(
      file,
      edits.reduce((text, change) => changed(file, text, change), this.read(file)),
    );
  }

  /** Formats and writes all files. @returns their paths, relative to the root */
  async write(): Promise<readonly string[]> {
    const options = JSON.parse(readFileSync(join(this.root, '.prettierrc'), 'utf8')) as Options;
    const plugins = [estree, typescript] as unknown as NonNullable<Options['plugins']>;
    for (const [file, text] of this.#texts) {
      const formatted = await format(text, { ...options, plugins, parser: 'typescript' });
      mkdirSync(dirname(join(this.root, file)), { recursive: true });
      writeFileSync(join(this.root, file), formatted);
    }
    return [...this.#texts.keys()];
  }
}

function changed(file: string, text: string, change: (text: string) => string): string {
  try {
    return change(text);
  } catch (error) {
    throw new Error(`${file}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
