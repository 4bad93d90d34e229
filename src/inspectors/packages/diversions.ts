// `var/lib/dpkg/diversions`: three lines each, the path, where the file of other packages goes instead, and the package that wants it so.
import { FormatError } from '../../errors.ts';
import type { DiversionFacts, PackageFacts } from '../../model/facts.ts';
import type { Inspector } from '../inspector.ts';
import { boundedText, checkListed, lenientText, linesOf } from './text.ts';

export const diversionsInspector: Inspector<PackageFacts> = {
  name: 'list of diversions',
  needs: 'all',
  matches: (_head, { path }) => path.endsWith('var/lib/dpkg/diversions') && /(?:^|\/)var\/lib/.test(path),
  inspect(source): DiversionFacts {
    const lines = linesOf(boundedText(source));
    if (lines.length % 3 !== 0)
      throw new FormatError('bad-file-list', `has ${lines.length} lines, which is not 3 each`);
    const moves = [];
    for (let at = 0; at < lines.length; at += 3) {
      const [from = '', to = '', by = ''] = lines.slice(at, at + 3);
      checkListed(from, 'bad-file-list', at + 1);
      checkListed(to, 'bad-file-list', at + 2);
      moves.push({ from, to, by: lenientText(by) });
    }
    return { type: 'diversions', moves };
  },
};
