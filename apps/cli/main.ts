#!/usr/bin/env node
import { launchOnSupportedNode } from '../../libs/host/launch.js';

// Nothing else may load before this: what the command line stands on does not run on a Node that is too old.
if (launchOnSupportedNode(import.meta.filename)) {
  const { runCommandLine } = await import('./run-command-line.js');
  process.exitCode = await runCommandLine(process.argv.slice(2), process.env);
}
