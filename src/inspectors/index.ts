// Registry of inspectors: one line each. The first that matches a file inspects it.
import type { Inspector } from './inspector.ts';
import { pycInspector } from './pyc.ts';

export const inspectors: readonly Inspector[] = [pycInspector];
