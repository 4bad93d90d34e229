// Numbers of typed arrays at places that are inside them: for the compiler any place may be outside, and then the number is 0, as it
// would be in the memory behind. One function a type of array, so that each stays as fast as the access itself.

export function byteAt(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

export function wordAt(words: Uint32Array, index: number): number {
  return words[index] ?? 0;
}

export function integerAt(integers: Int32Array, index: number): number {
  return integers[index] ?? 0;
}

export function doubleAt(doubles: Float64Array, index: number): number {
  return doubles[index] ?? 0;
}
