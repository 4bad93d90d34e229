// What runs in the reader's browser: the map, and the list of what a directory holds. The class is put into the page as text, so it
// uses nothing from outside of itself but what it is given; of the browser it sees what browser.ts declares.
import type { PageDocument, PageElement, PageWindow } from './browser.ts';
import type { MapData } from './data.ts';
import type { Figures } from './page-figures.ts';
import type { PageNode, readTree } from './read-tree.ts';
import type { Box, squarify } from './squarify.ts';

interface Row {
  readonly size: number;
  readonly content: number;
  readonly files: number;
  /** Bytes of content that can go. */
  readonly go: number;
  readonly name: PageElement | string;
}

export class Page {
  readonly #document: PageDocument;
  readonly #window: PageWindow;
  readonly #boxes: typeof squarify;
  readonly #data: MapData;
  readonly #figures: Figures;
  readonly #root: PageNode;
  readonly #byPath = new Map<string, PageNode>();
  /** Nodes by the number that their elements carry. */
  #shown: PageNode[] = [];
  /** Index of the finding that is shown alone; -1 for all together. */
  #finding = -1;

  constructor(
    document: PageDocument,
    window: PageWindow,
    given: { readonly boxes: typeof squarify; readonly read: typeof readTree; readonly figures: typeof Figures },
  ) {
    this.#document = document;
    this.#boxes = given.boxes;
    this.#window = window;
    this.#data = JSON.parse(this.#element('data').textContent ?? '');
    this.#figures = new given.figures(this.#data.units);
    this.#root = given.read(this.#data.tree, this.#byPath);
    const map = this.#element('map');
    map.addEventListener('mouseover', ({ target }) => this.#say(this.#nodeOf(target)));
    map.addEventListener('mouseleave', () => this.#say(null));
    map.addEventListener('click', ({ target }) => this.#enter(this.#nodeOf(target)));
    for (const button of document.querySelectorAll('button.show')) {
      button.hidden = false;
      button.addEventListener('click', () => this.#choose(Number(button.dataset['finding'])));
    }
    for (const button of document.querySelectorAll('button.copy')) this.#copies(button);
    this.#element('all').addEventListener('click', () => this.#choose(-1));
    this.#element('explore').hidden = false;
    window.addEventListener('hashchange', () => this.#draw());
    window.addEventListener('resize', () => this.#draw());
    this.#draw();
  }

  #element(id: string): PageElement {
    const element = this.#document.getElementById(id);
    if (element === null) throw new Error(`the page has no ${id}`);
    return element;
  }

  #make(tag: string, className: string, ...children: (PageElement | string)[]): PageElement {
    const element = this.#document.createElement(tag);
    element.className = className;
    element.append(...children);
    return element;
  }

  #current(): PageNode {
    let path = '';
    try {
      path = decodeURIComponent(this.#window.location.hash.replace(/^#\/?/, ''));
    } catch {
      // Somebody wrote it by hand.
    }
    return this.#byPath.get(path) ?? this.#root;
  }

  #nodeOf(element: PageElement | null): PageNode | null {
    for (let at = element; at !== null; at = at.parentElement) {
      const index = at.dataset['node'];
      if (index !== undefined) return this.#shown[Number(index)] ?? null;
    }
    return null;
  }

  /** A file leads to the directory that it lies in. */
  #enter(node: PageNode | null): void {
    const directory = node?.inside === null ? node.parent : node;
    if (directory === null || directory === undefined) return;
    const current = this.#current();
    // A click in the directory that is shown already goes up.
    const next = directory === current ? (current.parent ?? current) : directory;
    this.#window.location.hash = this.#hash(next);
  }

  /** With a slash in front it is never the id of an element, nor `top`, to which a browser would scroll. */
  #hash({ path }: PageNode): string {
    return `#/${encodeURIComponent(path)}`;
  }

  #choose(finding: number): void {
    this.#finding = finding === this.#finding ? -1 : finding;
    if (this.#finding >= 0) {
      // Its bytes may lie elsewhere, and its button stands below the map.
      if (this.#go(this.#current()) === 0) this.#window.location.hash = this.#hash(this.#root);
      this.#element('explore').scrollIntoView();
    }
    this.#draw();
  }

  #copies(button: PageElement): void {
    const { clipboard } = this.#window.navigator;
    if (clipboard === undefined) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const text = this.#element(button.dataset['of'] ?? '').textContent ?? '';
      clipboard.writeText(text).then(
        () => (button.textContent = 'copied'),
        () => (button.textContent = 'not copied'),
      );
    });
  }

  /** Bytes of content that the chosen finding, or all of them, say can go. */
  #go({ claims, removable }: PageNode): number {
    return this.#finding < 0 ? removable : (claims.get(this.#finding) ?? 0);
  }

  #draw(): void {
    const current = this.#current();
    this.#shown = [];
    this.#drawPath(current);
    this.#drawMap(current);
    this.#drawList(current);
    this.#drawChoice();
    this.#say(null);
  }

  #drawPath(current: PageNode): void {
    const parts: PageElement[] = [];
    for (let at: PageNode | null = current; at !== null; at = at.parent) {
      const link = this.#make(at === current ? 'strong' : 'a', '', at.parent === null ? this.#data.name : at.name);
      if (at !== current) link.setAttribute('href', this.#hash(at));
      parts.unshift(link);
    }
    this.#element('path').replaceChildren(...parts);
  }

  #drawChoice(): void {
    if (this.#data.kind === 'diff') return;
    const chosen = this.#data.findings[this.#finding];
    this.#element('shown').textContent = chosen === undefined ? 'can go away' : `${chosen}: can go away`;
    this.#element('all').hidden = chosen === undefined;
    for (const button of this.#document.querySelectorAll('button.show'))
      button.setAttribute('aria-pressed', String(Number(button.dataset['finding']) === this.#finding));
  }

  #drawMap(current: PageNode): void {
    const map = this.#element('map');
    const box = { left: 0, top: 0, width: map.clientWidth, height: map.clientHeight };
    const tiles: PageElement[] = [];
    this.#fill(current, box, 0, tiles);
    if (tiles.length === 0) tiles.push(this.#make('p', 'nothing', 'Nothing here takes any bytes.'));
    map.replaceChildren(...tiles);
  }

  /** Draws what a directory holds into a box. */
  #fill(directory: PageNode, box: Box, depth: number, tiles: PageElement[]): void {
    const inside = (directory.inside ?? []).filter(({ size }) => size > 0);
    const sizes = inside.map(({ size }) => size);
    const boxes = this.#boxes(sizes, box);
    for (const [at, node] of inside.entries()) {
      const own = boxes[at];
      // What is smaller than a dot stays the colour of the ground.
      if (own === undefined || own.width < 1 || own.height < 1) continue;
      const isOpen = node.inside !== null && own.width > 24 && own.height > 30;
      tiles.push(this.#tile(node, own, depth, isOpen));
      if (!isOpen) continue;
      // A bar is there for a name only: many without one would hide what the colours say.
      const head = own.width > 46 ? 18 : 2;
      const [width, height] = [own.width - 4, own.height - head - 2];
      this.#fill(node, { left: own.left + 2, top: own.top + head, width, height }, depth + 1, tiles);
    }
  }

  /** Its place is in shares of the map, which is narrower on paper. */
  #tile(node: PageNode, { left, top, width, height }: Box, depth: number, isOpen: boolean): PageElement {
    const kind = node.inside === null ? 'tile' : isOpen ? `frame depth${depth % 2}` : 'tile closed';
    const tile = this.#make('div', width < 7 || height < 7 ? `${kind} dot` : kind);
    const { clientWidth: wide, clientHeight: high } = this.#element('map');
    const shares = { left: left / wide, top: top / high, width: width / wide, height: height / high };
    for (const [name, share] of Object.entries(shares)) tile.style.setProperty(name, `${(100 * share).toFixed(3)}%`);
    if (!isOpen) tile.style.setProperty('--go', this.#figures.share(this.#go(node), node.content));
    if (width > 46 && height > 15) tile.append(isOpen ? `${node.name}  ${this.#figures.sized(node.size)}` : node.name);
    tile.dataset['node'] = String(this.#shown.push(node) - 1);
    return tile;
  }

  #drawList(current: PageNode): void {
    const all = current.inside ?? [];
    const shown = all.slice(0, 100);
    const rows: Row[] = shown.map((node) => ({ ...node, go: this.#go(node), name: this.#linkTo(node) }));
    const whole = { ...current, go: this.#go(current), name: 'all' };
    const more = all.length - shown.length;
    if (more > 0) {
      const left = { ...whole, name: `(${this.#figures.grouped(more)} more)` };
      for (const { size, content, files, go } of rows) {
        left.size -= size;
        left.content -= content;
        left.files -= files;
        left.go -= go;
      }
      rows.push(left);
    }
    rows.push(whole);
    const sizes = this.#figures.sizes(rows.map(({ size }) => size));
    const goes = this.#data.kind === 'diff' ? this.#nets(rows) : this.#figures.sizes(rows.map(({ go }) => go));
    const lines = rows.map((row, at) => this.#row(row, [sizes[at] ?? '', goes[at] ?? ''], current));
    const last = lines.at(-1);
    if (last !== undefined) last.className = 'sum';
    this.#element('list').replaceChildren(...lines);
  }

  #linkTo(node: PageNode): PageElement | string {
    if (node.inside === null) return node.name;
    const link = this.#make('a', '', `${node.name}/`);
    link.setAttribute('href', this.#hash(node));
    return link;
  }

  #row({ size, content, files, go, name }: Row, texts: readonly [string, string], whole: PageNode): PageElement {
    const bar = this.#make('span', 'bar');
    bar.style.setProperty('--size', this.#figures.share(size, whole.size));
    bar.style.setProperty('--go', this.#figures.share(go, content));
    return this.#make(
      'tr',
      '',
      this.#make('td', 'number', texts[0]),
      this.#make('td', 'number', this.#figures.percent(size, whole.size)),
      this.#make('td', 'bars', bar),
      this.#make('td', 'number', go === 0 && this.#data.kind === 'scan' ? '' : texts[1]),
      this.#make('td', 'number', this.#figures.grouped(files)),
      this.#make('td', 'name', name),
    );
  }

  /** One line on what the pointer is at, or on what is shown. */
  #say(node: PageNode | null): void {
    const { path, size, files, removable, claims, inside } = node ?? this.#current();
    const isDiff = this.#data.kind === 'diff';
    const parts = [
      `${this.#figures.sized(size)}${isDiff ? ' of change' : ''}, ${this.#figures.percent(size, this.#root.size)} of all`,
    ];
    if (inside !== null) parts.push(`${this.#figures.grouped(files)} ${files === 1 ? 'file' : 'files'}`);
    if (isDiff) parts.push(`${this.#nets([{ size, go: removable }])[0] ?? ''} net`);
    else if (removable > 0) parts.push(`${this.#figures.sized(removable)} of content can go`);
    const largest = node === null ? [] : [...claims].toSorted(([, a], [, b]) => b - a);
    const named = largest.map(([index, bytes]) => `${this.#data.findings[index]} ${this.#figures.sized(bytes)}`);
    const name = path === this.#root.path ? this.#data.name : path;
    this.#element('about').textContent = [`${name}: ${parts.join(', ')}`, ...named].join(' · ');
  }

  /** What grew less what shrank. */
  #nets(rows: readonly Pick<Row, 'size' | 'go'>[]): string[] {
    const nets = rows.map(({ size, go }) => 2 * go - size);
    const signs = nets.map((net) => (net > 0 ? '+' : net < 0 ? '\u2212' : ''));
    return this.#figures.sizes(nets.map(Math.abs)).map((text, at) => (signs[at] ?? '') + text);
  }
}
