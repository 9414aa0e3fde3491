/** The parts of the package that are used here: it has no types of its own. */
declare module 'busboy' {
  import type { IncomingHttpHeaders } from 'node:http';
  import type { Readable, Writable } from 'node:stream';

  type Limits = Readonly<{
    files?: number;
    fields?: number;
    fieldSize?: number;
    fieldNameSize?: number;
    fileSize?: number;
    parts?: number;
    headerPairs?: number;
  }>;

  /** `truncated` is true when the file has more bytes than the limit. */
  type FileStream = Readable & { readonly truncated?: boolean };

  type FileInfo = Readonly<{ filename?: string; encoding: string; mimeType: string }>;

  type Listener = (name: string, stream: FileStream, info: FileInfo) => void;

  type Busboy = Writable & Readonly<{ on: (event: 'file', listener: Listener) => unknown }>;

  function busboy(
    options: Readonly<{ headers: IncomingHttpHeaders; limits?: Limits; defParamCharset?: string }>,
  ): Busboy;
  export = busboy;
}
