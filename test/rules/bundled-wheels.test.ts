import { describe, expect, it } from 'vitest';
import { bundledWheels } from '../../src/rules/bundled-wheels.ts';
import { judge } from '../../src/rules/index.ts';
import { commanded, put } from '../build/commanded.ts';
import { claimedPaths, tree } from '../build/leftovers.ts';
import { tempDirectory } from '../build/temp.ts';
import { requireTool } from '../oracles.ts';

describe('bundled-wheels', () => {
  it("claims ensurepip's wheels, where CPython and where Debian keeps them", () => {
    const [found] = judge(
      tree(
        'lib/python3.9/ensurepip/_bundled/pip-23.0.1-py3-none-any.whl',
        'lib/python3.9/ensurepip/_bundled/__init__.py',
        'lib/python3.9/test/wheel.whl',
        'usr/share/python-wheels/wheel-0.38.4-py2.py3-none-any.whl',
        'x/_bundled/y.whl',
      ),
      [bundledWheels],
    );
    expect(claimedPaths(found)).toEqual([
      'lib/python3.9/ensurepip/_bundled/pip-23.0.1-py3-none-any.whl',
      'usr/share/python-wheels/wheel-0.38.4-py2.py3-none-any.whl',
    ]);
    expect(found?.fix.commands).toEqual([
      "find lib/python3.9/ensurepip/_bundled usr/share/python-wheels -name '*.whl' -delete",
    ]);
    expect(found?.fix.advice).toContain('ensurepip');
  });

  it.skipIf(!requireTool('find'))('leaves a wheel that is called as licences are', async () => {
    const root = tempDirectory('bundled-wheels');
    const wheels = ['license_expression-1-py3-none-any.whl', 'pip-1-py3-none-any.whl'];
    for (const name of wheels) put(root, `share/python-wheels/${name}`, name);
    const { claimed, removed } = await commanded(root, bundledWheels);
    expect(claimed).toEqual([`share/python-wheels/${wheels[1]}`]);
    expect(removed).toEqual(claimed);
  });
});
