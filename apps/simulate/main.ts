import { simulateCommand } from './simulate.js';

process.exitCode = simulateCommand(process.argv.slice(2), { out: console.log, err: console.error });
