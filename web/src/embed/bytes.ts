/** Bytes as they come, into arrays: little endian, wherever they begin in their buffer. */

export type Bytes = DataView | ArrayBuffer | Uint8Array;

function part(bytes: Bytes): ArrayBuffer {
  if (bytes instanceof ArrayBuffer) return bytes;
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
}

export const float32 = (bytes: Bytes): Float32Array => new Float32Array(part(bytes));
export const uint16 = (bytes: Bytes): Uint16Array => new Uint16Array(part(bytes));
export const uint8 = (bytes: Bytes): Uint8Array => new Uint8Array(part(bytes));
export const uint32 = (bytes: Bytes): Uint32Array => new Uint32Array(part(bytes));
