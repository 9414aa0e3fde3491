import { decompress, init } from '@bokuweb/zstd-wasm';

const MAGIC = 0xfd2fb528;
/** Bytes of the content's size, by the two bits of the frame's descriptor; the first only with a single segment. */
const SIZE_BYTES = [1, 2, 4, 8];

let ready: Promise<void> | undefined;

/** The content of a frame. @throws RangeError when it is larger than `most`, Error when it is none */
export async function unzstd(compressed: Uint8Array, most: number): Promise<Buffer> {
  if ((contentSizeOf(compressed) ?? 0) > most) throw new RangeError(`more than ${most} bytes`);
  ready ??= init();
  await ready;
  return Buffer.from(decompress(compressed, { defaultHeapSize: most }));
}

/** The size that a frame names in its header (RFC 8878, 3.1.1.1); undefined when it names none. @throws Error when it is no frame */
function contentSizeOf(frame: Uint8Array): bigint | undefined {
  const bytes = Buffer.from(frame.buffer, frame.byteOffset, frame.byteLength);
  if (bytes.length < 6 || bytes.readUInt32LE(0) !== MAGIC) throw new Error('this is no frame of Zstandard');
  const descriptor = bytes.readUInt8(4);
  const isSingle = (descriptor & 0x20) !== 0;
  const flag = descriptor >> 6;
  if (flag === 0 && !isSingle) return undefined;

  const dictionary = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const length = SIZE_BYTES[flag] ?? 1;
  const field = bytes.subarray(5 + (isSingle ? 0 : 1) + dictionary).subarray(0, length);
  if (field.length < length) throw new Error('the frame is cut');
  const size = field.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
  return flag === 1 ? size + 256n : size;
}
