// What gzip and bzip2 readers find after the last stream and ignore, as the programs do, but do not keep to themselves.
import type { CodecName, Notice } from '../model/snapshot.ts';

export function trailingGarbage(codec: CodecName, bytes: number): Notice {
  return {
    code: 'trailing-garbage',
    path: null,
    message: `${bytes} bytes of garbage after the end of the ${codec} data`,
  };
}
