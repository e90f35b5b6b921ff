// The reference for people: one HTML page from the OpenAPI document, without scripts or anything from elsewhere.
import type { OpenApiDocument, Operation } from './document';
import { fieldTable } from './field-table';
import { type Html, html, prose } from './html';
import type { JsonSchema } from './json-schema';

export function referencePage({ info, paths, tags, components, security }: OpenApiDocument): string {
  const headersOf = (operation: Operation) => credentialsOf(operation.security ?? security, components.securitySchemes);
  const operations = Object.entries(paths).map(([path, { post }]) => ({ path, operation: post }));
  const schemas = Object.entries(components.schemas);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title} API ${info.version}</title>
<link rel="stylesheet" href="docs/style.css">
</head>
<body>
<a class="skip" href="#main">Skip to the operations</a>
<nav aria-label="Operations and schemas">
<h1>${info.title}</h1>
<p>${info.version} · <a href="openapi.json">openapi.json</a></p>
${tags.map(
  ({ name }) =>
    html`<h2>${name}</h2><ul>${operations
      .filter(({ operation }) => operation.tags.includes(name))
      .map(({ path, operation }) => html`<li><a href="#${operation.operationId}">${shortName(path)}</a></li>`)}</ul>`,
)}
<h2>schemas</h2><ul>${schemas.map(([name]) => html`<li><a href="#${name}">${name}</a></li>`)}</ul>
</nav>
<main id="main" tabindex="-1">
<section><p>${prose(info.description)}</p>
<p>Credentials travel in the headers <code>x-velt-api-key</code> and <code>x-velt-auth-token</code>, unless an operation says that it takes others. In the examples <code>$COUNTERSIGN</code> is the address of this server, and other variables hold what they are called by.</p></section>
${operations.map(({ path, operation }) => section(path, operation, headersOf(operation)))}
${schemas.map(([name, schema]) => html`<section id="${name}"><h2>${name}</h2>${fieldTable(schema)}</section>`)}
</main>
</body>
</html>
`;
  return page.text;
}

/** The last part of a path that is no parameter. */
const shortName = (path: string): string => path.replace(/\/\{.*/, '').replace(/.*\//, '');

/** The names of the headers that prove who calls. */
function credentialsOf(security: OpenApiDocument['security'], schemes: JsonSchema): readonly string[] {
  const named = schemes as Readonly<Record<string, { readonly name: string }>>;
  return security.flatMap((one) => Object.keys(one)).map((name) => named[name]?.name ?? name);
}

function section(path: string, operation: Operation, credentials: readonly string[]): Html {
  const { operationId, summary, description, parameters = [], requestBody, responses } = operation;
  const request = requestBody.content['application/json'];
  const { 200: done, ...refusals } = responses;
  const answer = done?.content['application/json'];
  const [example] = Object.values(request.examples ?? {});
  const [answered] = Object.values(answer?.examples ?? {});
  return html`<section id="${operationId}">
<h2>${summary}</h2>
<p class="path"><b>POST</b> <code>${path}</code></p>
<p>${prose(description)}</p>
${parameters.length > 0 ? html`<h3>Parameters</h3>${parameterTable(parameters)}` : ''}
<h3>Request</h3>${fieldTable(request.schema)}
${example ? html`<pre tabindex="0">${curl(path, example.value, credentials)}</pre>` : ''}
<h3>Result</h3>${answer ? fieldTable(answer.schema) : ''}
${answered ? html`<pre tabindex="0">${JSON.stringify(answered.value, null, 2)}</pre>` : ''}
<h3>Refusals</h3>
<table><thead><tr><th scope="col">status</th><th scope="col">why</th></tr></thead><tbody>${Object.entries(refusals).map(
    ([http, refusal]) =>
      html`<tr><td>${http}</td><td>${refusal.description.split('\n\n').map((text) => html`<p>${prose(text)}</p>`)}</td></tr>`,
  )}</tbody></table>
</section>
`;
}

function parameterTable(parameters: readonly JsonSchema[]): Html {
  const rows = parameters.map(
    ({ name, in: place, required, description }) =>
      html`<tr><td><code>${String(name)}</code></td><td>${String(place)}</td><td>${required ? html`<b>required</b> ` : ''}${prose(String(description ?? ''))}</td></tr>`,
  );
  return html`<table><thead><tr><th scope="col">name</th><th scope="col">in</th><th scope="col">rules</th></tr></thead><tbody>${rows}</tbody></table>`;
}

/** The variable of a shell that holds each: what is left over of its name. */
const variableOf = (header: string): string => `$${header.replace('x-velt-', '').replaceAll('-', '_').toUpperCase()}`;

function curl(path: string, body: object, credentials: readonly string[]): string {
  const json = JSON.stringify(body, null, 2).replaceAll("'", "'\\''");
  return [
    `curl "$COUNTERSIGN${path.replace(/\{(\w+)\}/g, (_all, name: string) => variableOf(name))}" -H 'content-type: application/json'`,
    ...credentials.map((header) => `  -H "${header}: ${variableOf(header)}"`),
    `  -d '${json}'`,
  ].join(' \\\n');
}
