import { enableCompileCache } from 'node:module';

// Only the user of this process may access the files that it writes: the database, the encryption key, credentials.
process.umask(0o077);

// Before anything else is loaded: half of a start is compiling what was compiled the last time as well.
enableCompileCache();

const { start } = await import('./start.js');
await start(process.env);
