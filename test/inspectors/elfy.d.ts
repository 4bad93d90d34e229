// The part of elfy, which has no types of its own, that tests compare with.
declare module 'elfy' {
  interface ElfySection {
    readonly name: string;
    readonly type: string | number;
    readonly off: number;
    readonly size: number;
  }
  export function parse(bytes: Buffer): { body: { sections: readonly ElfySection[] } };
}
