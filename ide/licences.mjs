// The licences of the packages that a bundle contains.

import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';

const ALLOWED = new Set(['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'ISC', 'MIT']);
const RULE = `\n${'='.repeat(80)}\n\n`;

/** One text for all packages of `inputs`, the files of a bundle in `root`. */
export function licences(root, inputs) {
  const mit = readFileSync(path.join(root, 'mit.txt'), 'utf8').trim();
  const folders = new Set(inputs.map(packageOf).filter(Boolean));
  return [...folders].sort().map((folder) => described(path.join(root, folder), mit)).join(RULE);
}

/** The folder of the package that a file belongs to; null for files of our own. */
function packageOf(file) {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1] ?? null;
}

/** `mit` stands in for the text of packages that name this licence and have no file with it. */
function described(folder, mit) {
  const read = (file) => readFileSync(path.join(folder, file), 'utf8');
  const { name, version, license, author } = JSON.parse(read('package.json'));
  if (!ALLOWED.has(license)) throw new Error(`${name} ${version} has the licence ${license}`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file)).sort();
  const texts = files.map((file) => read(file).trim());
  if (texts.length === 0) {
    if (license !== 'MIT') throw new Error(`${name} ${version} has no text of its licence`);
    texts.push(`Copyright (c) ${author?.name ?? author ?? `the authors of ${name}`}`, mit);
  }
  return `${[`${name} ${version}, ${license}`, ...texts].join('\n\n')}\n`;
}
