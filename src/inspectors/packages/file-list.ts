// Lists of files, a path a line: what dpkg keeps of each package (absolute paths), and what old installers of Python packages wrote
// into their .egg-info (paths relative to it).
import { FormatError } from '../../errors.ts';
import type { FileListFacts, PackageFacts } from '../../model/facts.ts';
import type { Inspector } from '../inspector.ts';
import { boundedText, checkListed, linesOf } from './text.ts';

/** `var/lib/dpkg/info/NAME.list` or `NAME:ARCH.list`, wherever that tree lies. */
export const dpkgList = /^((?:.*\/)?)var\/lib\/dpkg\/info\/([^/]+)\.list$/;

export const fileListInspector: Inspector<PackageFacts> = {
  name: 'file list',
  needs: 'all',
  matches: (_head, { path }) =>
    (path.endsWith('.list') && dpkgList.test(path)) || path.endsWith('.egg-info/installed-files.txt'),
  inspect(source, { path }): FileListFacts {
    const paths = linesOf(boundedText(source));
    const absolute = path.endsWith('.list');
    for (const [index, line] of paths.entries()) {
      if (line === '') throw new FormatError('bad-file-list', `has an empty line ${index + 1}`);
      checkListed(line, 'bad-file-list', index + 1);
      if (absolute && !line.startsWith('/')) {
        throw new FormatError('bad-file-list', `has no absolute path in line ${index + 1}`);
      }
    }
    return { type: 'file-list', paths };
  },
};
