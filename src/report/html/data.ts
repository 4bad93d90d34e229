// What a page carries for the program in it.
import type { MapDirectory } from './map-data.ts';

export interface MapData {
  /** Of a diff, areas are bytes of change, and what "can go" is what grew. */
  readonly kind: 'scan' | 'diff';
  /** Of the artifact, inert. */
  readonly name: string;
  /** Ids of rules; claims go by index. */
  readonly findings: readonly string[];
  /** Bytes of the first of the names, each further one that many times the one before; no names where sizes are exact. */
  readonly units: { readonly base: number; readonly names: readonly string[] };
  readonly tree: MapDirectory;
}
