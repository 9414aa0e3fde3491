import type * as S3 from '@aws-sdk/client-s3';
import { Readable } from 'node:stream';
import { measure, streamOf } from './object-source';
import {
  keyOf,
  nameIn,
  nameOf,
  ObjectMissing,
  ObjectStorageAway,
  uriOf,
  type ObjectSource,
  type ObjectStorage,
  type StoredObject,
} from './object-storage';
import { isAway, statusOf } from './s3-faults';

export type S3Address = Readonly<{
  endpoint: string;
  bucket: string;
  region: string;
  forcePathStyle: boolean;
  /** Absent: the credentials of the machine or the pod. */
  credentials?: Readonly<{ accessKeyId: string; secretAccessKey: string }>;
}>;

type Measured = Readonly<{ name: string; sha256: string; sizeBytes: number }>;

const CONNECT_MS = 2_000;
/** For the start of an answer, at most three times: after that the reader of an artifact gets an error. */
const ANSWER_MS = 3_000;
/** For a server that stops in the middle of a transfer. */
const IDLE_MS = 30_000;

const [FORBIDDEN, NOT_FOUND, CONFLICT, BEHIND_THE_END] = [403, 404, 409, 416];

/** Objects in a bucket, for any number of machines. The server refuses objects of more than 5 GiB, the limit of a single PUT. */
export class S3ObjectStorage implements ObjectStorage {
  readonly #client: S3.S3Client;
  readonly #bucket: string;
  #bucketExists = false;

  constructor(
    private readonly s3: typeof S3,
    { bucket, ...address }: S3Address,
  ) {
    this.#bucket = bucket;
    this.#client = new s3.S3Client({
      ...address,
      requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS, throwOnRequestTimeout: true },
      logger: SILENT,
    });
  }

  /** @throws when the bucket refuses the credentials. A server that is away does not prevent the start. */
  static async open(address: S3Address): Promise<S3ObjectStorage> {
    // Loaded on demand: services with objects in a directory do not need the client in memory.
    const storage = new S3ObjectStorage(await import('@aws-sdk/client-s3'), address);
    await storage.#ensureBucket().catch((error: unknown) => {
      if (!(error instanceof ObjectStorageAway)) throw error;
    });
    return storage;
  }

  /** Reads the source twice: its hash is the key, and makes the server refuse damaged uploads. */
  async put(source: ObjectSource, signal?: AbortSignal, copy?: string): Promise<StoredObject> {
    await this.#ensureBucket();
    const measured = await measure(source, { signal });
    const { sha256, sizeBytes } = measured;
    const name = nameOf(sha256, copy);
    const isStored = (await this.#sizeOf(name)) === sizeBytes;
    if (!isStored) await this.#upload(source, { ...measured, name }, signal);
    return { uri: uriOf(sha256, copy), sha256, sizeBytes };
  }

  async get(uri: string, from = 0, until = Infinity): Promise<Readable> {
    const isWhole = from === 0 && until === Infinity;
    const range = isWhole ? {} : { Range: `bytes=${from}-${until === Infinity ? '' : until - 1}` };
    const command = new this.s3.GetObjectCommand({ ...this.#address(nameIn(uri)), ...range });
    const found = await this.#client.send(command, { requestTimeout: ANSWER_MS }).catch((cause: unknown) => {
      if (statusOf(cause) === BEHIND_THE_END) return undefined;
      throw statusOf(cause) === NOT_FOUND ? new ObjectMissing(uri, { cause }) : translated(cause);
    });
    if (!found) return Readable.from([]);
    if (found.Body instanceof Readable) return found.Body;
    throw new Error(`${uri} was answered without bytes`);
  }

  async remove(uri: string): Promise<void> {
    const command = new this.s3.DeleteObjectCommand(this.#address(nameIn(uri)));
    await this.#client.send(command, { requestTimeout: ANSWER_MS }).catch((cause: unknown) => {
      if (statusOf(cause) !== NOT_FOUND) throw translated(cause);
    });
  }

  /** An error of the source ends the request: the client would leave it without a listener, which ends the process. */
  async #upload(source: ObjectSource, { name, sha256, sizeBytes }: Measured, signal?: AbortSignal): Promise<void> {
    const Body = streamOf(source, signal);
    const broken = new AbortController();
    Body.once('error', (error) => {
      broken.abort(error);
    });
    const ChecksumSHA256 = Buffer.from(sha256, 'hex').toString('base64');
    const command = new this.s3.PutObjectCommand({
      ...this.#address(name),
      Body,
      ContentLength: sizeBytes,
      ChecksumSHA256,
    });
    const abortSignal = AbortSignal.any([broken.signal, ...(signal ? [signal] : [])]);
    await this.#client.send(command, { abortSignal }).catch((cause: unknown) => {
      abortSignal.throwIfAborted();
      throw translated(cause);
    });
  }

  async #sizeOf(name: string): Promise<number | undefined> {
    const command = new this.s3.HeadObjectCommand(this.#address(name));
    try {
      return (await this.#client.send(command, { requestTimeout: ANSWER_MS })).ContentLength;
    } catch (cause) {
      if (statusOf(cause) === NOT_FOUND) return undefined;
      throw translated(cause);
    }
  }

  async #ensureBucket(): Promise<void> {
    if (this.#bucketExists) return;
    const bucket = { Bucket: this.#bucket };
    await this.#client
      .send(new this.s3.HeadBucketCommand(bucket), { requestTimeout: ANSWER_MS })
      .catch((cause: unknown) => {
        if (statusOf(cause) === NOT_FOUND) return this.#createBucket();
        throw statusOf(cause) === FORBIDDEN ? this.#refused(cause) : translated(cause);
      });
    this.#bucketExists = true;
  }

  async #createBucket(): Promise<void> {
    await this.#client.send(new this.s3.CreateBucketCommand({ Bucket: this.#bucket })).catch((cause: unknown) => {
      // Another service has created it meanwhile.
      if (statusOf(cause) === CONFLICT) return;
      throw statusOf(cause) === FORBIDDEN ? this.#refused(cause) : translated(cause);
    });
  }

  #refused(cause: unknown): Error {
    const needs =
      's3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject, and s3:CreateBucket if it does not exist';
    return new Error(`the bucket ${this.#bucket} refuses these credentials: they need ${needs}`, { cause });
  }

  #address(name: string) {
    return { Bucket: this.#bucket, Key: keyOf(name) };
  }
}

const translated = (cause: unknown): unknown => (isAway(cause) ? new ObjectStorageAway({ cause }) : cause);

/** The client logs nothing: its errors are thrown, and reported by the caller. */
const nothing = () => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };
