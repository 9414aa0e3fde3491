import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { AdmissionQueue, Overloaded } from '@syntropic/async';
import type { WorkflowId } from '@syntropic/kernel';
import type {
  DocumentPackage,
  PackageFiles,
  PackageFormat,
  ParsedWorkflow,
  WorkflowDefinition,
} from '@syntropic/orchestration/contracts';
import { DeadlineMissed, isOutOfMemory, WorkerThread, type ThreadProgram } from '@syntropic/threads';
import { join } from 'node:path';
import { Problem } from '../../problems/problem';

/** The program of the thread, and the time that one document may take. */
export type YamlProgram = ThreadProgram & Readonly<{ readingMs: number }>;

/** A document to be read, with the package that it is from. */
export type ReadWorkflow = Readonly<{ text: string; from?: DocumentPackage | undefined }>;

/** A workflow to be written as a package. */
export type WriteWorkflow = Readonly<{ id: WorkflowId; definition: WorkflowDefinition; format: PackageFormat }>;

export const YAML_PROGRAM = Symbol('YAML_PROGRAM');
export const COMPILED_YAML_PROGRAM: YamlProgram = {
  file: join(__dirname, 'workflow-yaml.worker.js'),
  heapMb: 256,
  // Documents within the bounds take a tenth of it.
  readingMs: 3_000,
};

const MOST_WAITING = 31;
const RETRY_AFTER_SECONDS = 1;

/** Reads and writes workflow documents in a thread of its own, one at a time, so that no document delays other requests. */
@Injectable()
export class WorkflowYamlThread implements OnModuleInit, OnApplicationShutdown {
  readonly #queue = new AdmissionQueue({ concurrent: 1, waiting: MOST_WAITING });
  readonly #thread: WorkerThread<ReadWorkflow | WriteWorkflow, ParsedWorkflow | PackageFiles>;

  constructor(@Inject(YAML_PROGRAM) private readonly program: YamlProgram) {
    this.#thread = new WorkerThread(program);
  }

  /** The thread starts before the first request, because its modules take a while to load. */
  async onModuleInit(): Promise<void> {
    await this.#thread.start();
  }

  /** @throws Problem when many documents wait already */
  async read(text: string, from?: DocumentPackage): Promise<ParsedWorkflow> {
    const parsed = await this.#call({ text, from });
    // The program answers a document with what it has read.
    return (
      (parsed as ParsedWorkflow | undefined) ?? {
        faults: [{ field: '', message: 'takes too long to read', line: 1, column: 1 }],
      }
    );
  }

  /** The files of a package; undefined when they take too long. @throws Problem when many documents wait already */
  async write(workflow: WriteWorkflow): Promise<PackageFiles | undefined> {
    // The program answers a workflow with its files.
    return (await this.#call(workflow)) as PackageFiles | undefined;
  }

  /** Undefined when it takes too long, or too much memory. */
  async #call(request: ReadWorkflow | WriteWorkflow): Promise<ParsedWorkflow | PackageFiles | undefined> {
    try {
      return await this.#queue.run(() => this.#thread.call(request, { withinMs: this.program.readingMs }));
    } catch (error) {
      if (error instanceof Overloaded) throw tooMany(error);
      if (!(error instanceof DeadlineMissed) && !isOutOfMemory(error)) throw error;
      return undefined;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#thread.close();
  }
}

const tooMany = (cause: Overloaded): Problem =>
  new Problem('request.overloaded', 'many documents wait', {
    retryAfterSeconds: RETRY_AFTER_SECONDS,
    cause,
  });
