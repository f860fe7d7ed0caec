// Bundles the page into the folder that is given: index.html, files whose names contain a hash of
// their contents, each compressed beside it, and the licences of all packages in the bundle.

import { createHash } from 'node:crypto';
import { readFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { licences } from './licences.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const output = path.resolve(process.argv[2] ?? path.join(here, '../graph/ide/bundle'));
const BELOW = 'graphql/ide/';

rmSync(output, { recursive: true, force: true });
mkdirSync(output, { recursive: true });
const { metafile } = await build({
  absWorkingDir: here,
  entryPoints: ['src/main.jsx'],
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  outdir: output,
  bundle: true,
  minify: true,
  metafile: true,
  format: 'esm',
  target: 'es2022',
  jsx: 'automatic',
  legalComments: 'none',
  define: { 'process.env.NODE_ENV': '"production"' },
  alias: { 'react-remove-scroll': './src/remove-scroll.jsx' },
  loader: { '.graphql': 'text' },
  plugins: [{ name: 'fonts', setup: withoutFonts }],
  logLevel: 'warning',
});

const text = licences(here, Object.keys(metafile.inputs));
const hash = createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
writeFileSync(path.join(output, `licences-${hash}.txt`), text);
const names = readdirSync(output);
for (const name of names) {
  const file = path.join(output, name);
  writeFileSync(`${file}.gz`, gzipSync(readFileSync(file), { level: 9 }));
}

/** Leaves out the fonts, which are two thirds of GraphiQL's style: the page uses those of the system. */
function withoutFonts({ onLoad }) {
  onLoad({ filter: /graphiql.*\.css$/ }, ({ path: file }) => ({
    contents: readFileSync(file, 'utf8').replace(/@font-face\s*\{[^}]*\}/g, ''),
    loader: 'css',
  }));
}

const named = (extension) => `${BELOW}${names.find((name) => name.endsWith(extension))}`;
const page = readFileSync(path.join(here, 'src/index.html'), 'utf8')
  .replace('{style}', named('.css'))
  .replace('{script}', named('.js'))
  .replace('{licences}', named('.txt'));
writeFileSync(path.join(output, 'index.html'), page);
