// What the program in a page uses of a browser; tests give it a document of their own.

/** An element of the page. */
export interface PageElement {
  textContent: string | null;
  className: string;
  hidden: boolean;
  readonly clientWidth: number;
  readonly clientHeight: number;
  readonly parentElement: PageElement | null;
  readonly dataset: Record<string, string | undefined>;
  readonly style: { setProperty(name: string, value: string): void };
  append(...children: (PageElement | string)[]): void;
  replaceChildren(...children: PageElement[]): void;
  setAttribute(name: string, value: string): void;
  scrollIntoView(): void;
  addEventListener(type: string, listener: (event: PageEvent) => void): void;
}

export interface PageEvent {
  readonly target: PageElement | null;
}

export interface PageDocument {
  createElement(name: string): PageElement;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
}

export interface PageWindow {
  readonly location: { hash: string };
  readonly navigator: { readonly clipboard?: { writeText(text: string): Promise<void> } };
  addEventListener(type: string, listener: () => void): void;
}
