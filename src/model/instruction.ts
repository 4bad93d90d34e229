// Instructions of layers as people read them: builders write digests of what they copy, of which a few digits tell enough.

/** Long digests cut to as many digits as Docker shows. For tables and sentences; JSON has the instruction whole. */
export function shortInstruction(instruction: string): string {
  return instruction.replaceAll(/\b([0-9a-f]{12})[0-9a-f]{52}\b/g, '$1…');
}
