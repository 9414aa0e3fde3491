import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AdmissionQueue, Overloaded } from '@syntropic/async';
import type { ParsedWorkflow } from '@syntropic/orchestration/contracts';
import { DeadlineMissed, isOutOfMemory, WorkerThread, type ThreadProgram } from '@syntropic/threads';
import { join } from 'node:path';
import { Problem } from '../../problems/problem';

/** The program of the thread, and the time that one document may take. */
export type YamlProgram = ThreadProgram & Readonly<{ readingMs: number }>;

export const YAML_PROGRAM = Symbol('YAML_PROGRAM');
export const COMPILED_YAML_PROGRAM: YamlProgram = {
  file: join(__dirname, 'workflow-yaml.worker.js'),
  heapMb: 256,
  // Documents within the bounds take a tenth of it.
  readingMs: 3_000,
};

const MOST_WAITING = 31;
const RETRY_AFTER_SECONDS = 1;

/** Reads workflow documents in a thread of its own, one at a time, so that no document delays other requests. */
@Injectable()
export class WorkflowYamlReader implements OnModuleInit, OnApplicationShutdown {
  readonly #queue = new AdmissionQueue({ concurrent: 1, waiting: MOST_WAITING });
  readonly #thread: WorkerThread<string, ParsedWorkflow>;

  constructor(@Inject(YAML_PROGRAM) private readonly program: YamlProgram) {
    this.#thread = new WorkerThread(program);
  }

  /** The thread starts before the first request, because its modules take a while to load. */
  async onModuleInit(): Promise<void> {
    await this.#thread.start();
  }

  /** @throws Problem when many documents wait already */
  async read(text: string): Promise<ParsedWorkflow> {
    try {
      return await this.#queue.run(() => this.#thread.call(text, { withinMs: this.program.readingMs }));
    } catch (error) {
      if (error instanceof Overloaded) throw tooMany(error);
      if (!(error instanceof DeadlineMissed) && !isOutOfMemory(error)) throw error;
      return { faults: [{ field: '', message: 'takes too long to read', line: 1, column: 1 }] };
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#thread.close();
  }
}

const tooMany = (cause: Overloaded): Problem =>
  new Problem('request.overloaded', 'many documents wait to be read', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
