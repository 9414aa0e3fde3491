import type { SecureContextOptions } from 'node:tls';

/*
 * A pod's agent and its runner speak HTTP/2 over one connection, which the pod dials. The runner asks, the pod answers:
 * whatever a program in the pod does to its agent, the runner has opened no way for requests of the pod.
 */

/** TLS by a shared key: each side proves that it has the token, and the key of a connection is a fresh one. */
export const TLS_BY_TOKEN = {
  minVersion: 'TLSv1.2',
  maxVersion: 'TLSv1.2',
  ciphers: 'ECDHE-PSK-CHACHA20-POLY1305',
} satisfies SecureContextOptions;

/** The time between the runner's pings. */
export const PING_MS = 5_000;

/** Each side takes a connection without any answer for this long as broken. */
export const SILENCE_MS = 30_000;

/** Connections of one session's socket at the same time. */
export const MAX_TUNNELS = 256;

/** Bytes of the number that names a tunnel. */
export const TUNNEL_NUMBER_BYTES = 4;

/** A program that the runner starts in a pod. */
export interface PodProgram {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A file that the image may have at the same path as the runner. */
export interface PodFile {
  readonly path: string;
  readonly size: number;
  /** The SHA-256 of its content, in hexadecimal. */
  readonly hash: string;
}

/** Places of a pod that files are written to and read from, by their names in requests. */
export const PLACES = { workspace: '/workspace', home: '/home/agent' } as const;
export type Place = keyof typeof PLACES;

/** Paths in a pod that only its agent uses. */
export const POD_PATHS = {
  /** The volume of all files that programs can write: the places above, and those for temporary files, are directories of it. */
  volume: '/run/volume',
  /** Files of the runner's machine that programs may read. */
  hostFiles: '/run/host',
  socketDirectory: '/run/syntropic',
  socket: '/run/syntropic/runner.sock',
  token: '/run/token/token',
} as const;
