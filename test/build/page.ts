// A page without a browser: enough of a document for the program in HTML reports, made from the page's own markup.
import { parse } from 'parse5';
import type { DefaultTreeAdapterTypes } from 'parse5';
import type { PageDocument, PageElement, PageEvent, PageWindow } from '../../src/report/html/browser.ts';

export class FakeElement implements PageElement {
  readonly tag: string;
  className = '';
  hidden = false;
  readonly clientWidth = 1200;
  readonly clientHeight = 600;
  parentElement: FakeElement | null = null;
  readonly dataset: Record<string, string | undefined> = {};
  readonly attributes = new Map<string, string>();
  readonly properties = new Map<string, string>();
  readonly style = { setProperty: (name: string, value: string) => void this.properties.set(name, value) };
  children: (FakeElement | string)[] = [];
  /** How often it was scrolled to. */
  scrolls = 0;
  readonly #listeners = new Map<string, (event: PageEvent) => void>();

  constructor(tag: string) {
    this.tag = tag;
  }

  get textContent(): string {
    return this.children.map((child) => (typeof child === 'string' ? child : child.textContent)).join('');
  }

  set textContent(text: string | null) {
    this.children = [text ?? ''];
  }

  append(...children: (PageElement | string)[]): void {
    for (const child of children) {
      if (typeof child !== 'string' && !(child instanceof FakeElement)) throw new TypeError('not of this document');
      if (child instanceof FakeElement) child.parentElement = this;
      this.children.push(child);
    }
  }

  replaceChildren(...children: PageElement[]): void {
    this.children = [];
    this.append(...children);
  }

  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }

  scrollIntoView(): void {
    this.scrolls++;
  }

  addEventListener(type: string, listener: (event: PageEvent) => void): void {
    this.#listeners.set(type, listener);
  }

  /** What happens here happens above, too. */
  fire(type: string, target: FakeElement = this): void {
    this.#listeners.get(type)?.({ target });
    this.parentElement?.fire(type, target);
  }

  *all(): Iterable<FakeElement> {
    yield this;
    for (const child of this.children) if (typeof child !== 'string') yield* child.all();
  }
}

export interface FakePage {
  readonly document: PageDocument;
  readonly window: PageWindow;
  readonly copied: string[];
  byId(id: string): FakeElement;
  /** Elements of a class. */
  ofClass(name: string): FakeElement[];
  /** Goes where a link of the page leads. */
  go(hash: string): void;
}

/** The page of an HTML text; its programs are not run. */
export function fakePage(html: string): FakePage {
  const root = new FakeElement('#document');
  for (const child of parse(html).childNodes) adopt(root, child);
  const find = (id: string): FakeElement | null => {
    for (const element of root.all()) if (element.attributes.get('id') === id) return element;
    return null;
  };
  const ofClass = (name: string): FakeElement[] =>
    [...root.all()].filter(({ className }) => className.split(' ').includes(name));
  const listeners = new Map<string, () => void>();
  const location = { hash: '' };
  const copied: string[] = [];
  return {
    document: {
      createElement: (tag) => new FakeElement(tag),
      getElementById: find,
      querySelectorAll: (selector) => ofClass(selector.replace(/^button\./, '')),
    },
    window: {
      location: {
        get hash() {
          return location.hash;
        },
        set hash(hash) {
          location.hash = hash;
          listeners.get('hashchange')?.();
        },
      },
      navigator: {
        clipboard: {
          async writeText(text) {
            copied.push(text);
          },
        },
      },
      addEventListener: (type, listener) => void listeners.set(type, listener),
    },
    copied,
    ofClass,
    byId(id) {
      const found = find(id);
      if (found === null) throw new Error(`no element ${id}`);
      return found;
    },
    go(hash) {
      location.hash = hash;
      listeners.get('hashchange')?.();
    },
  };
}

function adopt(parent: FakeElement, node: DefaultTreeAdapterTypes.ChildNode): void {
  if (node.nodeName === '#text' && 'value' in node) parent.append(node.value);
  if (!('tagName' in node)) return;
  const element = new FakeElement(node.tagName);
  for (const { name, value } of node.attrs) {
    element.attributes.set(name, value);
    if (name === 'class') element.className = value;
    if (name === 'hidden') element.hidden = true;
    if (name.startsWith('data-')) element.dataset[name.slice(5)] = value;
  }
  parent.append(element);
  for (const child of node.childNodes) adopt(element, child);
}
