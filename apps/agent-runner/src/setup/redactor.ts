import type { Line } from '../session/lines';
import { formsOf, type Secret } from './secret';

/** Puts names in the place of secrets, however they are spelt. */
export class Redactor {
  readonly #names = new Map<string, string>();
  readonly #pattern: RegExp | undefined;
  readonly #longest: number;

  constructor(secrets: readonly Secret[]) {
    for (const { name, value } of secrets) for (const form of formsOf(value)) this.#names.set(form.toLowerCase(), name);
    const forms = [...this.#names.keys()].sort((one, other) => other.length - one.length);
    this.#longest = forms[0]?.length ?? 0;
    // Host names arrive in lower case.
    if (forms.length > 0) this.#pattern = new RegExp(forms.map(escaped).join('|'), 'gi');
  }

  text(text: string): string {
    if (!this.#pattern) return text;
    return text.replace(this.#pattern, (found) => `[${this.#names.get(found.toLowerCase()) ?? 'secret'}]`);
  }

  /** A line that was cut may end within a secret: what could be the beginning of one is left out, too. */
  line({ text, bytes, omittedBytes }: Line): Line {
    if (!this.#pattern) return { text, bytes, omittedBytes };
    const kept = omittedBytes > 0 ? text.slice(0, -this.#longest) : text;
    return { text: this.text(kept), bytes, omittedBytes };
  }
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
