#!/usr/bin/env node
import { launchOnSupportedNode } from '../../libs/host/launch.js';

// Nothing native may load before this: on a Node that is too old, a native module ends the process without a word.
if (launchOnSupportedNode(import.meta.filename)) {
  const { serve } = await import('./serve.js');
  process.exitCode = await serve(process.env);
}
