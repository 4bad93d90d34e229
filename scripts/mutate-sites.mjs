// The comparisons of a source file, what each may become, and the file with all of them open to change while it runs.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseAst } from 'rolldown/parseAst';

export const root = resolve(import.meta.dirname, '..');
export const flipped = { '<': '<=', '<=': '<', '>': '>=', '>=': '>' };
const compared = new Set(['<', '<=', '>', '>=', '===', '!==']);

/**
 * Bounds move by one; conditions become true and false, but for those of loops, which would only never end.
 * Sites of all files are numbered in order; a mutant is `number:variant`.
 */
export function sitesOf(sources) {
  const sites = [];
  for (const source of sources) {
    const code = readFileSync(join(root, source), 'utf8');
    visit(parseAst(code, { lang: 'ts' }), false, (node, loops) => {
      const { start, end, operator, left, right } = node;
      if (!compared.has(operator)) return;
      // What lies between the operands may hold their parentheses.
      const at = left.end + code.slice(left.end, right.start).indexOf(operator);
      const variants = [...(operator in flipped ? ['flip'] : []), 'false', ...(loops ? [] : ['true'])];
      const line = code.slice(0, start).split('\n').length;
      sites.push({ id: sites.length, source, start, end, at, operator, variants, line, text: code.slice(start, end) });
    });
  }
  return sites;
}

/** What stands in the place of a comparison in one of its mutants. */
export function spell({ text, at, start, operator }, variant) {
  if (variant !== 'flip') return variant;
  const [left, right] = [text.slice(0, at - start), text.slice(at - start + operator.length)];
  return `${left}${flipped[operator]}${right}`;
}

/** The code with a switch at each site, see mutate-runner.mjs. */
export function instrument(code, sites) {
  const inside = (start, end) => {
    let text = '';
    let done = start;
    for (const site of sites) {
      if (site.start < done || site.end > end || (site.start === start && site.end === end)) continue;
      text += code.slice(done, site.start) + switched(site);
      done = site.end;
    }
    return text + code.slice(done, end);
  };
  const switched = ({ id, start, end, at, operator }) => {
    const [left, right] = [inside(start, at), inside(at + operator.length, end)];
    return `(globalThis.mutants.on ? globalThis.mutants.decide(${id}, ${left}, ${right}) : ${left} ${operator} ${right})`;
  };
  sites.sort((a, b) => a.start - b.start || b.end - a.end);
  return inside(0, code.length);
}

function visit(node, loops, found) {
  if (node.type === 'BinaryExpression') found(node, loops);
  for (const [key, value] of Object.entries(node)) {
    const isTest = key === 'test' && /^(?:For|While|DoWhile)Statement$/.test(node.type);
    for (const child of Array.isArray(value) ? value : [value]) {
      if (child !== null && typeof child === 'object' && typeof child.type === 'string')
        visit(child, isTest || (loops && key !== 'body'), found);
    }
  }
}
