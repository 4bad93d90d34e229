// A page of the documentation in a terminal: headings, paragraphs that fit, lists, and code as it is.
import { wrap } from './style.ts';
import type { Style } from './style.ts';

/** The Markdown that this project's own pages are written in: headings, paragraphs, `- ` lists, indented code. */
export function* pageText(markdown: string, width: number, style: Style): Iterable<string> {
  const blocks = markdown.trim().split(/\n{2,}/);
  for (const [index, block] of blocks.entries()) {
    if (index > 0) yield '\n';
    yield* blockText(block, width, style);
  }
}

function* blockText(block: string, width: number, style: Style): Iterable<string> {
  const heading = /^#+\s+(.*)$/.exec(block)?.[1];
  if (heading !== undefined) yield `${style.bold(heading)}\n`;
  else if (block.startsWith('    ') || block.startsWith('|')) yield `${style.dim(block)}\n`;
  else {
    // An item of a list goes on in the lines below it.
    for (const item of block.split(/\n(?=- )/)) {
      const indent = item.startsWith('- ') ? '  ' : '';
      const text = linkText(item.replaceAll(/\n\s*/g, ' '));
      for (const [at, line] of wrap(text, width - indent.length).entries()) {
        yield `${at === 0 ? '' : indent}${line}\n`;
      }
    }
  }
}

/** Links lead nowhere in a terminal: of one to a rule its name stays, and a mere reference to another page goes. */
function linkText(text: string): string {
  return text
    .replaceAll(/ \(\[[^\]]*\]\(\.\.\/[^)]*\)\)/g, '')
    .replaceAll(/\[([^\]]*)\]\(([^)]*)\)/g, (_link, words: string, target: string) => {
      const [, rule] = /^([a-z-]+)\.md$/.exec(target) ?? [];
      return rule === undefined || rule === words ? words : `${words} (${rule})`;
    });
}
