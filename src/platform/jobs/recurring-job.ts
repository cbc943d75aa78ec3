/**
 * Work that is done again and again. It must bear to be repeated and to be skipped: a time is skipped while the job
 * still runs, here or on another instance, and when no process is there.
 */
export interface RecurringJob {
  /** Unique among the jobs of all instances of one database; it names the lock and the lines in the log. */
  name: string;
  /** A cron pattern in UTC, of five fields, or of six with seconds first. */
  schedule: string;
  /** @param stopping aborted when the process stops: the job should end soon, at a point from which it can go on */
  run(stopping: AbortSignal): Promise<void>;
}
