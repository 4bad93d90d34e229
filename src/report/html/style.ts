// How a page looks: one column, light or dark as the reader's system is. What can go is orange, what stays is blue-grey; the share of a
// tile that is orange is the share of its bytes that can go.
export const style = `
:root { color-scheme: light dark; --text: #1b2430; --dim: #5b6675; --ground: #fff; --line: #d5dce4; --panel: #f4f6f9;
  --stay: #c3cfdc; --shut: #aebdce; --go-color: #f0914a; --frame0: #e7ecf2; --frame1: #dbe2ea; --link: #0b5cad; }
@media (prefers-color-scheme: dark) { :root { --text: #e8edf3; --dim: #9aa7b6; --ground: #12171e; --line: #313b47; --panel: #1b222b;
  --stay: #40505f; --shut: #52657a; --go-color: #c4681f; --frame0: #222b36; --frame1: #2a3542; --link: #7fb6ee; } }
body.diff { --stay: #79bfae; --shut: #79bfae; }
@media (prefers-color-scheme: dark) { body.diff { --stay: #2f7566; --shut: #2f7566; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: var(--ground); color: var(--text);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", "Liberation Sans", sans-serif; }
h1 { font-size: 1.4rem; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h2 small, h1 small, .dim { color: var(--dim); font-weight: normal; font-size: .875rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
.totals { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem; margin: 1rem 0; padding: 0; }
.totals div { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .5rem .8rem; }
.totals dt { color: var(--dim); font-size: .875rem; } .totals dd { margin: 0; }
.totals dd.size { font-size: 1.2rem; font-weight: 600; white-space: nowrap; } .totals .can-go { border-left: 6px solid var(--go-color); }
#path { margin: 0 0 .5rem; overflow-wrap: anywhere; } #path * + *::before { content: "/"; color: var(--dim); padding: 0 .35em; }
#map { position: relative; height: 62vh; min-height: 340px; background: var(--panel); border: 1px solid var(--line); overflow: hidden; }
#map div { position: absolute; overflow: hidden; font-size: 12px; line-height: 15px; white-space: pre; text-overflow: ellipsis; cursor: pointer; }
#map .tile { border: 1px solid var(--ground); padding: 0 3px;
  background: linear-gradient(to top, var(--go-color) var(--go), var(--stay) var(--go)); }
#map .dot { border-width: 0 .5px .5px 0; padding: 0; }
#map .closed { background: linear-gradient(to top, var(--go-color) var(--go), var(--shut) var(--go)); }
#map .frame { border: 1px solid var(--line); padding: 1px 4px; font-weight: 600; }
#map .depth0 { background: var(--frame0); } #map .depth1 { background: var(--frame1); }
#map .tile:hover, #map .frame:hover { outline: 2px solid var(--text); outline-offset: -2px; }
.nothing { padding: 1rem; color: var(--dim); }
#about { min-height: 3em; margin: .4rem 0 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: 1.2rem; align-items: center; font-size: .875rem; color: var(--dim); margin: 0 0 .5rem; }
.legend i { display: inline-block; width: .9em; height: .9em; margin-right: .4em; vertical-align: -.1em; }
.legend .go { background: var(--go-color); } .legend .stay { background: var(--stay); }
.scroll { overflow: auto; max-height: 26rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th { text-align: left; color: var(--dim); font-weight: normal; font-size: .875rem; position: sticky; top: 0; background: var(--ground); }
th, td { padding: .15rem .6rem; border-bottom: 1px solid var(--line); vertical-align: top; }
.pass { border-color: #3c8f7c; } th.number, td.number { text-align: right; white-space: nowrap; } td.name { overflow-wrap: anywhere; width: 60%; }
td.bars { min-width: 8rem; width: 20%; } tr.sum td { font-weight: 600; border-bottom: 0; }
.bar { display: block; height: 1em; margin-top: .25em; width: var(--size);
  background: linear-gradient(to right, var(--go-color) var(--go), var(--stay) var(--go)); }
.finding { border: 1px solid var(--line); border-radius: 6px; padding: .6rem .9rem; margin: .6rem 0; }
.finding h3 { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; font-size: 1rem; margin: 0; }
.finding p { margin: .2rem 0; overflow-wrap: anywhere; }
.severity { font-size: .75rem; font-weight: 600; text-transform: uppercase; padding: .05rem .45rem; border-radius: 4px; background: var(--panel);
  border: 1px solid var(--line); }
.warn { border-color: var(--go-color); } .error { background: #c62f2f; border-color: #c62f2f; color: #fff; }
pre { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: .5rem .7rem; margin: .4rem 0; white-space: pre-wrap;
  overflow-wrap: anywhere; font: 13px/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; }
button { font: inherit; font-size: .8rem; padding: .05rem .6rem; border: 1px solid var(--line); border-radius: 4px; background: var(--panel);
  color: var(--text); cursor: pointer; } button[aria-pressed=true] { border-color: var(--go-color); box-shadow: inset 0 0 0 1px var(--go-color); }
[hidden] { display: none !important; }
footer { margin-top: 2rem; color: var(--dim); font-size: .875rem; }
@media print { .scroll { max-height: none; } button, .legend button { display: none; } #explore { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
@media (max-width: 40rem) { body { padding: .75rem; } #explore th:nth-child(3), td.bars { display: none; } th, td { padding: .15rem .3rem; } }
`;
