import { ENGINE_RECIPES } from './engine-recipes.js';
import { HOST_VARIABLE, MISSING_VARIABLE } from './engine-variables.js';
import { Engine } from './engine.js';

/**
 * Starts an engine of each kind for the whole suite, unless its variable names one already, and tells the specs by
 * environment where each is, or why there is none. Returns what stops them.
 */
export default async function startEngines(): Promise<() => Promise<void>> {
  const engines: Engine[] = [];
  for (const recipe of ENGINE_RECIPES) {
    if (process.env[HOST_VARIABLE[recipe.name]]) continue;
    const started = await startIfPossible(recipe);
    if (started instanceof Engine) {
      engines.push(started);
      process.env[HOST_VARIABLE[recipe.name]] = started.host;
    } else {
      process.env[MISSING_VARIABLE[recipe.name]] = started;
      console.log(`SKIPPED on ${recipe.name}: ${started}`);
    }
  }
  return async () => {
    for (const engine of engines) await engine[Symbol.asyncDispose]();
  };
}

async function startIfPossible(recipe: (typeof ENGINE_RECIPES)[number]): Promise<Engine | string> {
  const whyNot = Engine.whyNot(recipe);
  if (whyNot) return whyNot;
  try {
    return await Engine.start(recipe);
  } catch (error) {
    return (error as Error).message;
  }
}
