// Python bytecode with its code: the header as always, and what the marshal stream behind it holds. A header whose code cannot be
// read stays a header.
import type { PycFacts } from '../../model/facts.ts';
import type { Inspector } from '../inspector.ts';
import { headerLength, pycInspector } from './header.ts';
import { maxLength, measureCode } from './measure.ts';

export const pycCodeInspector: Inspector = {
  ...pycInspector,
  needs: 'all',
  inspect(source, file): PycFacts {
    const facts = pycInspector.inspect(source, file);
    if (facts.type !== 'pyc') throw new Error('a pyc has the facts of something else');
    if (source.size > maxLength) {
      return { ...facts, code: { unread: `is longer than ${maxLength} bytes; its code is not read`, broken: true } };
    }
    const code = measureCode(source.read(0, source.size), headerLength(facts.magic), facts.magic);
    return { ...facts, code };
  },
  remark(facts) {
    if (facts.type === 'pyc' && facts.code !== undefined && 'unread' in facts.code && facts.code.broken) {
      return { code: 'bad-bytecode', message: `holds bytecode that cannot be read: it ${facts.code.unread}` };
    }
    return pycInspector.remark?.(facts) ?? null;
  },
};
