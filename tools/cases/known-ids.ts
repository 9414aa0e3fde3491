const MOST = 40;

/** Stands for an id that an earlier answer carried. */
export const knownId = (name: string, number: number): string => `<known ${name} ${number}>`;

/** The ids that answers have carried, by the name of the field: the newest take the place of the oldest. */
export class KnownIds {
  readonly #ids = new Map<string, string[]>();

  /** `path`: of the request, which names the resource of fields that are just `id`. */
  learn(text: string, path: string): void {
    const resource = /^\/api\/(\w+)s\b/.exec(path)?.[1] ?? 'other';
    for (const [, field = '', id = ''] of text.matchAll(/"(\w+_id|id)":"([^"\\]{1,128})"/g)) {
      const name = field === 'id' ? `${resource}_id` : field.replace(/^workflow_execution_id$/, 'execution_id');
      const known = this.#ids.get(name) ?? [];
      if (known.includes(id)) continue;
      this.#ids.set(name, [...known, id].slice(-MOST));
    }
  }

  /** The text with ids in the places of those that it stands for. */
  filledIn(text: string): string {
    return text.replace(/<known (\w+) (\d+)>/g, (_, name: string, number: string) => {
      const known = this.#ids.get(name) ?? [];
      return known[Number(number) % Math.max(1, known.length)] ?? 'none';
    });
  }
}
