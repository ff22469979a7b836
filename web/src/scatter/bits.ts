/** A set of rows by position: one bit each, as the server takes it (bit 0 of byte 0 is the first row). */
export class Bits {
  readonly bytes: Uint8Array;

  constructor(
    readonly length: number,
    bytes?: Uint8Array,
  ) {
    this.bytes = bytes ?? new Uint8Array(Math.ceil(length / 8));
  }

  static of(length: number, positions: Iterable<number>): Bits {
    const bits = new Bits(length);
    for (const at of positions) bits.add(at);
    return bits;
  }

  static fromBase64(length: number, text: string): Bits {
    const raw = atob(text);
    const bits = new Bits(length);
    for (let i = 0; i < bits.bytes.length; i++) bits.bytes[i] = raw.charCodeAt(i);
    return bits;
  }

  has(at: number): boolean {
    return ((this.bytes[at >> 3] ?? 0) & (1 << (at & 7))) !== 0;
  }

  add(at: number): void {
    const byte = at >> 3;
    this.bytes[byte] = (this.bytes[byte] ?? 0) | (1 << (at & 7));
  }

  delete(at: number): void {
    const byte = at >> 3;
    this.bytes[byte] = (this.bytes[byte] ?? 0) & ~(1 << (at & 7));
  }

  count(): number {
    let n = 0;
    for (let byte of this.bytes) {
      while (byte) {
        byte &= byte - 1;
        n++;
      }
    }
    return n;
  }

  /** The positions in the set, ascending; at most `most` of them. */
  positions(most = Infinity): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.bytes.length && found.length < most; i++) {
      const byte = this.bytes[i] ?? 0;
      for (let k = 0; byte >> k && found.length < most; k++) if ((byte >> k) & 1) found.push(i * 8 + k);
    }
    return found;
  }

  combined(other: Bits, how: "add" | "remove"): Bits {
    const result = new Bits(this.length);
    for (let i = 0; i < result.bytes.length; i++) {
      const [a, b] = [this.bytes[i] ?? 0, other.bytes[i] ?? 0];
      result.bytes[i] = how === "add" ? a | b : a & ~b;
    }
    return result;
  }

  /** All other rows, of those that a test lets through. */
  inverted(among: (at: number) => boolean): Bits {
    const result = new Bits(this.length);
    for (let at = 0; at < this.length; at++) if (!this.has(at) && among(at)) result.add(at);
    return result;
  }

  equals(other: Bits): boolean {
    return this.length === other.length && this.bytes.every((b, i) => b === other.bytes[i]);
  }

  toBase64(): string {
    const pieces: string[] = [];
    for (let i = 0; i < this.bytes.length; i += 8192) pieces.push(String.fromCharCode(...this.bytes.subarray(i, i + 8192)));
    return btoa(pieces.join(""));
  }
}
