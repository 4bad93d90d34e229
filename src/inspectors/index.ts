// Registry of inspectors: one line each. The first that matches a file inspects it.
import type { Facts, PackageFacts } from '../model/facts.ts';
import type { Name } from '../model/name.ts';
import { arInspector } from './ar.ts';
import { elfInspector } from './elf/inspector.ts';
import type { Inspector } from './inspector.ts';
import { controlInspector } from './packages/control.ts';
import { diversionsInspector } from './packages/diversions.ts';
import { fileListInspector } from './packages/file-list.ts';
import { nodePackageInspector } from './packages/node-package.ts';
import { recordInspector } from './packages/record.ts';
import { pdbInspector } from './pdb.ts';
import { pycInspector, pycPlace } from './pyc/header.ts';
import { pycCodeInspector } from './pyc/inspector.ts';

/** Those of package managers' files, which are read only where packages are asked for. */
export const packageInspectors: readonly Inspector<PackageFacts>[] = [
  recordInspector,
  fileListInspector,
  controlInspector,
  diversionsInspector,
  nodePackageInspector,
];

export const inspectors: readonly Inspector[] = [elfInspector, arInspector, pycInspector, pdbInspector];

/** The same where the code of pycs is asked for, which takes reading all of each. */
const withBytecode: readonly Inspector[] = [elfInspector, arInspector, pycCodeInspector, pdbInspector];

export function inspectorsFor(bytecode: boolean): readonly Inspector[] {
  return bytecode ? withBytecode : inspectors;
}

/** The same content's facts under another path: hard links share content, but a pyc's place says part of its facts. */
export function withPathFacts(facts: Facts, path: Name): Facts {
  return facts.type === 'pyc' ? { ...facts, ...pycPlace(path) } : facts;
}
