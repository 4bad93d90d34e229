// One image, as its manifest lists it: all parts are known to be there, none of the layers was read yet.
import type { Name } from '../../model/name.ts';
import type { ImageConfig } from './config.ts';
import type { Stored } from './store.ts';

export interface LayerPart {
  readonly stored: Stored;
  /** Of the blob, as the manifest says; null where it does not. */
  readonly digest: string | null;
  readonly size: number | null;
}

export interface ImageParts {
  readonly config: ImageConfig;
  readonly configPath: Name;
  /** Lowest first. */
  readonly layers: readonly LayerPart[];
}
