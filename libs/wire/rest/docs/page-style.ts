/** The style of pages: light and dark, on wide and narrow screens and on paper. */
export const PAGE_STYLE = `
:root {
  --paper: #fdfdfc; --ink: #1c2024; --soft: #60646c; --line: #e3e3e0; --tint: #f4f4f1; --link: #0b5cad;
  --get: #1a7f4b; --post: #1d5fb8; --put: #946200; --delete: #b3261e;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #15171a; --ink: #e6e7e9; --soft: #9ba1a6; --line: #2c3034; --tint: #1d2024; --link: #70b8ff;
    --get: #5fce94; --post: #7cb4ff; --put: #e2b04a; --delete: #ff8f85;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1.5rem; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 16px/1.6 system-ui, -apple-system, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
}
.layout { display: grid; grid-template-columns: 18rem minmax(0, 1fr); max-width: 82rem; margin: 0 auto; }
nav { position: sticky; top: 0; height: 100vh; overflow-y: auto; padding: 2rem 1rem 2rem 1.5rem; border-right: 1px solid var(--line); }
nav h2 { margin: 1.4rem 0 .3rem; font-size: .78rem; letter-spacing: .06em; text-transform: uppercase; color: var(--soft); border: 0; padding: 0; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav li { font-size: .88rem; line-height: 1.35; margin: .28rem 0; }
nav a { color: var(--ink); text-decoration: none; }
nav a:hover { color: var(--link); }
main { padding: 2rem 2.5rem 6rem; min-width: 0; }
main.alone { max-width: 46rem; margin: 0 auto; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 1rem; letter-spacing: -.015em; }
h2 { font-size: 1.4rem; margin: 3.5rem 0 .5rem; padding-top: 1.2rem; border-top: 1px solid var(--line); letter-spacing: -.01em; }
h3 { font-size: 1.1rem; margin: 2.6rem 0 .2rem; }
h4 { font-size: .8rem; margin: 1.4rem 0 .4rem; letter-spacing: .05em; text-transform: uppercase; color: var(--soft); }
p { margin: .5rem 0; max-width: 44rem; }
ul { max-width: 44rem; padding-left: 1.3rem; }
a { color: var(--link); text-underline-offset: .15em; }
h3 a.anchor { color: inherit; text-decoration: none; }
h3 a.anchor:hover::after { content: " #"; color: var(--soft); }
code, pre, .path { font-family: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, monospace; font-size: .86em; }
code { background: var(--tint); padding: .1em .3em; border-radius: 3px; }
pre { background: var(--tint); border: 1px solid var(--line); border-radius: 6px; padding: .8rem 1rem; overflow-x: auto; line-height: 1.5; }
pre code { background: none; padding: 0; font-size: inherit; }
.path { display: block; margin: .3rem 0 .6rem; overflow-wrap: anywhere; }
.method { font-weight: 700; margin-right: .5em; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .delete { color: var(--delete); }
.soft { color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
td { vertical-align: top; padding: .45rem .9rem .45rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
td:first-child { width: 30%; }
td p { margin: 0; }
td .needed { color: var(--delete); font-size: .8em; }
td .optional { color: var(--soft); font-size: .8em; }
details { border-top: 1px solid var(--line); padding: .45rem 0; }
details:last-of-type { border-bottom: 1px solid var(--line); }
summary { cursor: pointer; }
summary code { margin-right: .4em; }
@media (max-width: 56rem) {
  .layout { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
  main { padding: 1.5rem 1.2rem 4rem; }
}
@media print { nav { display: none; } .layout { display: block; } }
`;
