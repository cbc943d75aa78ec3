import { checkRoutes } from './routes-check.js';

const { code, text } = checkRoutes(process.argv.slice(2), process.env);
process[code === 0 ? 'stdout' : 'stderr'].write(`${text}\n`);
process.exitCode = code;
