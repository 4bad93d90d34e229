// HTML in which every text is inert: what a template is filled with is text and gets escaped, unless it was made by a template itself.
import { terminalText } from './escape.ts';

/** HTML that is safe to put into a page. */
export class Markup {
  readonly html: string;

  constructor(html: string) {
    this.html = html;
  }
}

type Filling = string | number | Markup | readonly Markup[];

/** Template tag. Texts must be single lines: controls in them are spelled out. */
export function markup(parts: TemplateStringsArray, ...fillings: readonly Filling[]): Markup {
  return new Markup(parts.map((part, at) => part + filled(fillings[at] ?? '')).join(''));
}

/** Markup of each, with something between that is markup already. */
export function joined(parts: readonly Markup[], between: '\n'): Markup {
  return new Markup(parts.map(({ html }) => html).join(between));
}

function filled(filling: Filling): string {
  if (filling instanceof Markup) return filling.html;
  if (typeof filling === 'object') return filling.map(({ html }) => html).join('');
  return escapeHtml(terminalText(String(filling)));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => entities[char] ?? '');
}

/** A value inside a `script` element: JSON in which nothing ends the element. */
export function embeddedJson(value: unknown): Markup {
  return new Markup(JSON.stringify(value).replaceAll('<', String.raw`\u003c`));
}
