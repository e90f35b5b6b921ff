// The style sheet of the reference page.

export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { margin: 0; background: Canvas; color: CanvasText; font: 16px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 16rem 1fr; }
.skip { position: absolute; left: -100vw; padding: 0.5rem 1rem; background: Canvas; }
.skip:focus { left: 0; z-index: 1; }
nav { position: sticky; top: 0; height: 100vh; box-sizing: border-box; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
nav h1 { margin: 0; font-size: 1.3rem; }
nav h2 { margin: 1rem 0 0; font-size: 0.9rem; }
nav ul { margin: 0; padding: 0 0 0 0.8rem; list-style: none; font-size: 0.9rem; }
main { padding: 1rem 2rem 4rem; max-width: 64rem; min-width: 0; box-sizing: border-box; }
main h2, main p, main li { overflow-wrap: anywhere; }
section { border-bottom: 1px solid var(--line); padding-bottom: 2rem; }
code, pre { font: 0.85rem/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.8rem; overflow: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem 0.25rem 0; border-top: 1px solid var(--line); overflow-wrap: break-word; }
.fields { table-layout: fixed; }
.fields th:first-child { width: 36%; } .fields th:nth-child(2) { width: 28%; }
td p { margin: 0; }
.d1 { padding-left: 1.2rem; } .d2 { padding-left: 2.4rem; } .d3 { padding-left: 3.6rem; }
.d4 { padding-left: 4.8rem; } .d5 { padding-left: 6rem; }
@media (max-width: 50rem) {
  body { display: block; }
  nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); }
  nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1rem; }
  main { padding: 1rem; }
  .d1 { padding-left: 0.5rem; } .d2 { padding-left: 1rem; } .d3 { padding-left: 1.5rem; }
  .d4 { padding-left: 2rem; } .d5 { padding-left: 2.5rem; }
}
@media print {
  :root { color-scheme: light; }
  body { display: block; }
  nav, .skip { display: none; }
  main { max-width: none; padding: 0; }
  pre { white-space: pre-wrap; overflow-wrap: anywhere; }
  h2, h3, .path { break-after: avoid; }
  tr { break-inside: avoid; }
}
`;
