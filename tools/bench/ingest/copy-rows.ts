import type { Client } from 'pg';

/** A part of pg's connection that its types leave out. */
type CopyConnection = Readonly<{
  query: (text: string) => void;
  sendCopyFromChunk: (chunk: Buffer) => void;
  endCopyFrom: () => void;
}>;

/** Copies rows in the text format into a table, as the fastest way of the database. */
export function copyRows(client: Client, into: string, rows: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    // The client calls these methods as the server's answers arrive.
    const copy = {
      submit: (connection: CopyConnection) => {
        connection.query(`copy ${into} from stdin`);
      },
      handleCopyInResponse: (connection: CopyConnection) => {
        connection.sendCopyFromChunk(rows);
        connection.endCopyFrom();
      },
      handleCommandComplete: () => undefined,
      handleReadyForQuery: () => {
        resolve();
      },
      handleError: reject,
    };
    void client.query(copy as unknown as Parameters<Client['query']>[0]);
  });
}

/** One row of the text format. */
export const copyLine = (fields: readonly string[]): string =>
  `${fields.map((field) => field.replace(/[\\\n\r\t]/g, (special) => ESCAPES[special] ?? special)).join('\t')}\n`;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' };
