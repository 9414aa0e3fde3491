import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { IncomingHttpHeaders, ServerHttp2Session, ServerHttp2Stream } from 'node:http2';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { DiskWatch } from '../workspaces/disk-watch';
import { outOfMemory } from '../workspaces/out-of-memory';
import type { AgentSignal, Limits } from '../workspaces/workspace';
import { readFiles, writeFiles, type TarOptions } from './file-stream';
import { Programs } from './programs';
import { PLACES, POD_PATHS, type Place, type PodFile, type PodProgram } from './protocol';
import { SocketTunnels } from './socket-tunnels';

/** The place in which a container finds the files of its own control group, in version 2 and version 1. */
const CONTROL_GROUPS = ['/sys/fs/cgroup', '/sys/fs/cgroup/memory'];

/** A file that programs may run, and that they do not change. */
const HOST_FILE_MODE = 0o555;

type Handler = (stream: ServerHttp2Stream, argument: string) => Promise<void>;

/** Does in its pod what its runner asks for. The peer has proved that it is the runner: its requests are as they should be. */
export class PodAgent {
  readonly #programs: Programs;
  readonly #tunnels = new SocketTunnels();
  readonly #tar: TarOptions;

  constructor(
    path: string,
    /** Ends the pod. */
    private readonly end: () => void,
  ) {
    this.#programs = new Programs(path);
    this.#tar = {
      path,
      onStart: (tar) => {
        this.#programs.spare(tar);
      },
    };
  }

  serve(session: ServerHttp2Session): void {
    session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      this.#answer(stream, headers).catch((error: unknown) => {
        refuse(stream, error);
      });
    });
  }

  async #answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): Promise<void> {
    const [, name = '', argument = ''] = (headers[':path'] ?? '').split('/');
    const handler = this.#handlers[`${headers[':method'] ?? ''} ${name}`];
    if (!handler) throw new Error(`no such request: ${name}`);
    await handler(stream, argument);
  }

  readonly #handlers: Readonly<Record<string, Handler | undefined>> = {
    'PUT programs': async (stream, id) => {
      await this.#programs.start(id, (await json(stream)) as PodProgram);
      done(stream);
    },
    'POST connections': (stream, id) => {
      stream.respond();
      return this.#programs.connect(id, stream);
    },
    'GET exits': async (stream, id) => {
      answer(stream, await this.#programs.exit(id));
    },
    'POST signals': async (stream, signal) => {
      await this.#programs.signal(signal as AgentSignal);
      done(stream);
    },
    'POST freeze': async (stream) => {
      await this.#programs.freeze();
      done(stream);
    },
    'POST thaw': async (stream) => {
      await this.#programs.thaw();
      done(stream);
    },
    'GET memory': (stream) => {
      answer(stream, outOfMemory(CONTROL_GROUPS) ?? null);
      return Promise.resolve();
    },
    'POST excess': async (stream) => {
      answer(stream, (await this.#excess(stream, (await json(stream)) as Limits)) ?? null);
    },
    'PUT files': async (stream, place) => {
      await readFiles(stream, PLACES[place as Place], this.#tar);
      done(stream);
    },
    'GET files': async (stream, place) => {
      stream.respond();
      await writeFiles(PLACES[place as Place], stream, this.#tar);
    },
    'POST image-files': async (stream) => {
      answer(stream, await isInImage((await json(stream)) as PodFile));
    },
    'PUT host-files': async (stream, name) => {
      await pipeline(stream, createWriteStream(join(POD_PATHS.hostFiles, name), { mode: HOST_FILE_MODE }));
      done(stream);
    },
    'GET tunnels': async (stream) => {
      await this.#tunnels.listen(stream);
      stream.respond();
    },
    'POST tunnels': (stream, number) => {
      this.#tunnels.join(Number(number), stream);
      stream.respond();
      return Promise.resolve();
    },
    'POST end': async (stream) => {
      await this.#programs.signal('SIGKILL');
      stream.once('close', this.end);
      done(stream);
    },
  };

  /** Programs are killed with all that counts for the pod: it counts again. */
  async #excess(stream: ServerHttp2Stream, limits: Limits): Promise<string | undefined> {
    const ended = new AbortController();
    stream.once('close', () => {
      ended.abort();
    });
    const watch = new DiskWatch(POD_PATHS.volume, limits, () => this.#programs.members());
    for (;;) {
      const counted = await watch.exceeded(ended.signal).catch(() => 'killed' as const);
      if (counted !== 'killed') return counted;
    }
  }
}

function answer(stream: ServerHttp2Stream, value: unknown): void {
  if (stream.destroyed) return;
  stream.respond();
  stream.end(JSON.stringify(value));
}

const done = (stream: ServerHttp2Stream) => {
  answer(stream, null);
};

function refuse(stream: ServerHttp2Stream, error: unknown): void {
  if (stream.destroyed) return;
  if (stream.headersSent) {
    stream.destroy(error instanceof Error ? error : new Error(String(error)));
    return;
  }
  stream.respond({ ':status': 500 });
  stream.end(error instanceof Error ? error.message : String(error));
}

async function isInImage({ path, size, hash }: PodFile): Promise<boolean> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isFile() || found.size !== size) return false;
  const digest = createHash('sha256');
  await pipeline(createReadStream(path), digest);
  return digest.digest('hex') === hash;
}
