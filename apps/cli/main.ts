#!/usr/bin/env node
import { fileURLToPath } from 'node:url';
import { launchOnSupportedNode } from '../../libs/host/launch.js';

// Nothing else may load before this: what the command line stands on does not run on a Node that is too old.
if (launchOnSupportedNode(fileURLToPath(import.meta.url))) {
  const { runCommandLine } = await import('./run-command-line.js');
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
}
