// The frame of a page: one file that needs nothing else, and a policy that lets nothing else in.
import { createHash } from 'node:crypto';
import { Markup, embeddedJson, markup } from '../escape-html.ts';
import type { Tool } from '../reporter.ts';
import type { MapData } from './data.ts';
import { Figures } from './page-figures.ts';
import { Page } from './page.ts';
import { readTree } from './read-tree.ts';
import { squarify } from './squarify.ts';
import { style } from './style.ts';

export interface DocumentParts {
  readonly title: string;
  readonly tool: Tool;
  readonly parts: readonly Markup[];
  /** null: there is no map, and nothing for a program to do. */
  readonly data: MapData | null;
}

export function documentOf({ title, tool, parts, data }: DocumentParts): string {
  const given = `{ boxes: ${squarify.toString()}, read: ${readTree.toString()}, figures: ${Figures.toString()} }`;
  const program = `new (${Page.toString()})(document, window, ${given});`;
  const running = markup`<script type="application/json" id="data">${embeddedJson(data)}</script>
<script>${new Markup(program)}</script>
`;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(data === null ? "'none'" : hashOf(program))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body class="${data?.kind ?? ''}">
${parts}
<footer>${tool.name} ${tool.version}</footer>
${data === null ? [] : [running]}</body>
</html>
`.html;
}

/** Nothing is loaded, sent or run but what the page was written with. */
function policy(scripts: string): string {
  return `default-src 'none'; style-src ${hashOf(style)}; script-src ${scripts}; base-uri 'none'; form-action 'none'`;
}

function hashOf(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
