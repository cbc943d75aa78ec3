import { enableCompileCache } from 'node:module';

// Before anything else is loaded: half of a start is compiling what was compiled the last time as well.
enableCompileCache();

const { start } = await import('./start.js');
await start(process.env);
