import { shortText, storableText } from '@syntropic/kernel';
import { extension } from 'mime-types';

const MOST_BYTES = 200;

/** Characters that separate paths, end lines, reverse the direction of texts, or are invisible. */
const UNSAFE = /[/\\<>:"|?*\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name for a file on any system, in the place of a text that may be a path, or hold anything. */
export function fileNameOf(text: string): string {
  const name = storableText(text.replaceAll(UNSAFE, '-')).trim();
  return shortText(/^\.*$/.test(name) ? 'file' : name, MOST_BYTES);
}

/** The name of a file that has a title only. */
export function fileNameFor(title: string, contentType: string): string {
  const name = fileNameOf(title);
  const usual = extension(contentType);
  return usual === false || name.toLowerCase().endsWith(`.${usual}`) ? name : `${name}.${usual}`;
}

/** A `Content-Disposition` by which browsers save the file under this name, and never show it. */
export function attachmentOf(path: string): string {
  const name = fileNameOf(path.split('/').at(-1) ?? path);
  const plain = name.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16)}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
