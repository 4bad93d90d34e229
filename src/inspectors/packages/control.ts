// Debian control files (deb-control(5)): the one of a package, `DEBIAN/control`, and dpkg's own of all that are installed.
import { FormatError } from '../../errors.ts';
import type { ControlFacts, ControlledPackage, PackageFacts } from '../../model/facts.ts';
import type { Name } from '../../model/name.ts';
import { longestPackageName } from '../../model/packages.ts';
import type { Inspector } from '../inspector.ts';
import { boundedText, lenientText, linesOf } from './text.ts';

export const controlInspector: Inspector<PackageFacts> = {
  name: 'control',
  needs: 'all',
  matches: (_head, { path }) =>
    path === 'DEBIAN/control' || path === 'var/lib/dpkg/status' || path.endsWith('/var/lib/dpkg/status'),
  inspect(source): ControlFacts {
    const packages: ControlledPackage[] = [];
    let fields = new Map<string, string>();
    const end = (): void => {
      if (fields.size > 0) packages.push(packageOf(fields));
      fields = new Map();
    };
    for (const line of linesOf(boundedText(source))) {
      if (line.trim() === '') end();
      else readField(line, fields);
    }
    end();
    return { type: 'control', packages };
  },
};

/** Field names know no case; lines that go on with the one before begin with a space. */
function readField(line: Name, fields: Map<string, string>): void {
  if (line.startsWith(' ') || line.startsWith('\t')) return;
  const colon = line.indexOf(':');
  if (colon <= 0)
    throw new FormatError('bad-control', `has the line "${lenientText(line.slice(0, 40))}", which is no field`);
  const name = line.slice(0, colon).toLowerCase();
  if (name === 'package' || name === 'version' || name === 'architecture') {
    fields.set(name, lenientText(line.slice(colon + 1).trim()).slice(0, longestPackageName));
  } else fields.set('', '');
}

function packageOf(fields: ReadonlyMap<string, string>): ControlledPackage {
  const name = fields.get('package') ?? '';
  if (name === '') throw new FormatError('bad-control', 'has a paragraph without a package');
  return { name, version: fields.get('version') ?? null, architecture: fields.get('architecture') ?? null };
}
