import { MAX_MODELS, nameText, OTHER_MODELS } from '@syntropic/kernel';

/** The names under which a session's models are counted: short, storable, and at most so many; the rest is `other`. */
export class ModelNames {
  readonly #known = new Set<string>();

  of(model: string): string {
    const name = nameText(model);
    if (this.#known.has(name)) return name;
    if (this.#known.size >= MAX_MODELS - 1) return OTHER_MODELS;
    this.#known.add(name);
    return name;
  }
}
