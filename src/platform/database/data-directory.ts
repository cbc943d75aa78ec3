import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readdirSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { IN_MEMORY } from '../../config/config.js';

/** Permissions of all users except the owner. */
const OF_OTHERS = 0o077;

/**
 * Makes the directory, or closes an existing one and its content to all users except its owner. PostgreSQL requires
 * 0700 for its own directory. PGlite writes files that every user may change, with any umask.
 * @throws Error where the file system keeps no permissions
 */
export function claimDataDirectory(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  if (!hasOwners()) return;
  // The operator may have named a link.
  tighten(realpathSync(dataDir));
  if (isOpen(dataDir)) {
    throw new Error(
      'DATA_DIR stays open to other users: its file system ignores permissions. Choose another DATA_DIR.',
    );
  }
  tightenContent(dataDir);
}

/** Why a directory cannot keep the data; nothing is written. */
export function dataDirectoryMistakes(dataDir: string): string[] {
  if (dataDir === IN_MEMORY) return [];
  const found = statSync(dataDir, { throwIfNoEntry: false });
  if (found === undefined) return canBeMade(dataDir) ? [] : ['DATA_DIR cannot be made there.'];
  if (!found.isDirectory()) return ['DATA_DIR names something that is not a directory.'];
  if (hasOwners() && found.uid !== process.getuid!()) {
    return [
      'DATA_DIR belongs to another user, who could change what is in it: chown it to the user of this process.',
    ];
  }
  if (!isWritable(dataDir)) return ['DATA_DIR cannot be written by the user of this process.'];
  return [];
}

/** Windows has lists of access rights instead. */
function hasOwners(): boolean {
  return process.getuid !== undefined;
}

function isOpen(path: string): boolean {
  const { mode } = statSync(path);
  return (mode & OF_OTHERS) !== 0;
}

/** Stops at every symbolic link: what is behind one is not in this directory. */
function tightenContent(directory: string): void {
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue;
    const path = join(directory, entry.name);
    tighten(path);
    if (entry.isDirectory()) tightenContent(path);
  }
}

function tighten(path: string): void {
  // The lock's journal may go while the directory is read. What another user owns, only that user can close.
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined || found.isSymbolicLink() || found.uid !== process.getuid!()) return;
  if ((found.mode & OF_OTHERS) !== 0) chmodSync(path, found.mode & 0o700);
}

/** Whether the nearest directory that exists lets this user make another one in it. */
function canBeMade(path: string): boolean {
  const parent = dirname(resolve(path));
  const found = statSync(parent, { throwIfNoEntry: false });
  if (found === undefined) return canBeMade(parent);
  return found.isDirectory() && isWritable(parent);
}

function isWritable(directory: string): boolean {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
