/** Shorter values cannot be told from other text, and longer ones are no environment variables. */
const LENGTH = { least: 8, most: 32 * 1024 };

/** A value that an operator has given the runner, under the name by which workflows ask for it. */
export type Secret = Readonly<{ name: string; value: string }>;

/** The value of a secret's file, whose last line end is the editor's. @throws for a value that is none */
export function secretValue(content: Buffer): string {
  const value = content.toString('utf8').replace(/\r?\n$/, '');
  if (value.includes('\0')) throw new Error('it contains a NUL character');
  if (value.length < LENGTH.least) throw new Error(`it has fewer than ${LENGTH.least} characters`);
  if (Buffer.byteLength(value) > LENGTH.most) throw new Error(`it has more than ${LENGTH.most / 1024} KiB`);
  return value;
}

/** The lines in which a value may be printed or stored: as it is, and as programs usually encode it. */
export function formsOf(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const lines = value.split(/\r?\n/).filter((line) => line.length >= LENGTH.least);
  const encoded = [JSON.stringify(value).slice(1, -1), encodeURIComponent(value), bytes.toString('hex')];
  const forms = [...lines, ...encoded, ...[0, 1, 2].flatMap((before) => base64Of(bytes, before))];
  return [...new Set(forms)].filter((form) => form.length >= LENGTH.least);
}

/** The characters that stand for the bytes alone, behind so many other ones, as in `user:password`. */
function base64Of(bytes: Buffer, before: number): readonly string[] {
  const shifted = Buffer.concat([Buffer.alloc(before), bytes]);
  const isWhole = shifted.length % 3 === 0;
  const cut = (encoded: string) =>
    encoded.replace(/=+$/, '').slice(before === 0 ? 0 : before + 1, isWhole ? undefined : -1);
  return [cut(shifted.toString('base64')), cut(shifted.toString('base64url'))];
}
