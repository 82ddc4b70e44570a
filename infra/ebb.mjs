#!/usr/bin/env node
/**
 * `ebb` as `npx ebb` and `npm i -g` find it: in a checkout that is not built yet it builds first; a package brings its
 * build along. Runs on any Node, for the host's may be older than what Ebb itself needs.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const entry = join(root, 'dist', 'apps', 'cli', 'main.js');

if (!existsSync(entry)) build();
await import(pathToFileURL(entry).href);

function build() {
  const install = `Run npm ci in ${root} first.`;
  if (!existsSync(join(root, 'node_modules', '@nestjs', 'cli')))
    end(`ebb: Ebb is not built here, and cannot be: ${install}`);
  console.error('Building Ebb, once...');
  const { status } = spawnSync(process.execPath, [join(root, 'infra', 'with-node.mjs'), 'nest build 1>&2'], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) end('ebb: the build failed.');
}

function end(message) {
  console.error(message);
  process.exit(1);
}
