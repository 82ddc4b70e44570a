// Lets Node run the sources as they stand: `node --experimental-transform-types --import <this file> x.ts`. Node strips
// the types itself; what is missing is that an import of `./y.js` finds `./y.ts`.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    try {
      return nextResolve(specifier, context);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND' || !specifier.endsWith('.js')) throw error;
      return nextResolve(specifier.replace(/\.js$/, '.ts'), context);
    }
  },
});
