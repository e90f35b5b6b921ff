// The style sheet of the reference page.

export const STYLE = `
:root { color-scheme: light dark; --line: #8884; --soft: #8881; }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: grid; grid-template-columns: 16rem 1fr; }
nav { position: sticky; top: 0; height: 100vh; box-sizing: border-box; overflow: auto; padding: 1rem; border-right: 1px solid var(--line); }
nav h1 { margin: 0; font-size: 1.3rem; }
nav h2 { margin: 1rem 0 0; font-size: 0.9rem; }
nav ul { margin: 0; padding: 0 0 0 0.8rem; list-style: none; font-size: 0.9rem; }
main { padding: 1rem 2rem 4rem; max-width: 60rem; min-width: 0; }
section { border-bottom: 1px solid var(--line); padding-bottom: 2rem; }
code, pre { font: 0.85rem/1.45 ui-monospace, monospace; }
pre { background: var(--soft); padding: 0.8rem; overflow: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.25rem 0.6rem 0.25rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
td p { margin: 0; }
.d1 { padding-left: 1.2rem; } .d2 { padding-left: 2.4rem; } .d3 { padding-left: 3.6rem; }
.d4 { padding-left: 4.8rem; } .d5 { padding-left: 6rem; }
@media (max-width: 50rem) { body { display: block; } nav { position: static; height: auto; border: 0; } }
`;
