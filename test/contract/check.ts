import type { Directory } from './directory.js';

/** One thing that a directory must do. */
export interface Check {
  /** Goes on from "a directory". */
  name: string;
  /** Whether the directory's operator said enough to check it; always, where it is left out. */
  canRun?: (directory: Directory) => boolean;
  /** Fulfilled when the directory does it, rejected with what it does instead. */
  run: (directory: Directory) => Promise<void>;
}
