// Renders Markdown as GitHub would (CommonMark with its extensions, raw HTML let through) and gives the parsed document to look at.
import { micromark } from 'micromark';
import { gfm, gfmHtml } from 'micromark-extension-gfm';
import { parseFragment } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';

export type Element = DefaultTreeAdapterTypes.Element;
type Node = DefaultTreeAdapterTypes.ChildNode | DefaultTreeAdapterTypes.DocumentFragment;

export function toHtml(markdown: string): string {
  return micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
}

/** All elements of the rendered document, in order. */
export function elements(html: string): Element[] {
  return [...walk(parseFragment(html))];
}

export function named(html: string, name: string): Element[] {
  return elements(html).filter(({ tagName }) => tagName === name);
}

function* walk(node: Node): Iterable<Element> {
  if ('tagName' in node) yield node;
  if ('childNodes' in node) for (const child of node.childNodes) yield* walk(child);
}

export function textOf(node: Node): string {
  if (node.nodeName === '#text' && 'value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
}

/** Text outside of `code` and `pre`: where GitHub's filters look for mentions, references, emoji and links. */
export function proseOf(html: string): string {
  return prose(parseFragment(html));
}

function prose(node: Node): string {
  if ('tagName' in node && (node.tagName === 'code' || node.tagName === 'pre')) return ' ';
  if (node.nodeName === '#text' && 'value' in node) return node.value;
  return 'childNodes' in node ? node.childNodes.map(prose).join('') : '';
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((attr) => attr.name === name)?.value;
}

/** Cells of each table, row by row. */
export function tablesOf(html: string): string[][][] {
  return named(html, 'table').map((table) =>
    [...walk(table)]
      .filter(({ tagName }) => tagName === 'tr')
      .map((row) =>
        [...walk(row)].filter(({ tagName }) => tagName === 'td' || tagName === 'th').map((cell) => textOf(cell).trim()),
      ),
  );
}
